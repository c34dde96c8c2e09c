import type { Clock, Logger, Random } from '../base/index.ts';
import type { KubeObject } from '../kubernetes/index.ts';
import type { LabApi } from './kube-api/index.ts';
import type { AzureTimings, LabAzure } from './arm-api/index.ts';

export interface LabOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** A folder of the lab's own for certificates and credentials (files are made 0600). */
  readonly folder: string;
  /** How long Azure's operations take, where not the usual. */
  readonly azureTimings?: Partial<AzureTimings>;
  /** What the lab holds; without it the workshop's cluster with its application. */
  readonly contents?: LabContents;
  /** 0 = any free port. */
  readonly ports?: { readonly kubernetes?: number; readonly azure?: number; readonly ingress?: number };
}

/** Parsed objects; the lab itself reads no files. */
export interface LabContents {
  /** So many nodes of the lab's own make, over three zones; 3 without. Has no meaning with `twin`. */
  readonly nodes?: number;
  /** Applied as `kubectl apply` would, instead of the sample application. */
  readonly manifests?: readonly KubeObject[];
  /** So many pods that only fill the nodes (namespace `load`), instead of the sample application. */
  readonly pods?: number;
  /** The objects of a cluster that runs elsewhere, its nodes among them: they stand here as they do there. */
  readonly twin?: readonly KubeObject[];
  /** False: nothing is served from pods, they only pretend to run. For clusters of thousands. */
  readonly programs?: boolean;
}

/** A running lab. Everything a user needs to reach it stands in `env`. */
export interface Lab {
  readonly api: LabApi;
  readonly azure: LabAzure;
  /** Variables as `evenkeel lab env` prints them: KUBECONFIG, AZURE_AUTH_LOCATION, APP_ENDPOINT, … */
  readonly env: Readonly<Record<string, string>>;
  /** `appTls`: the application over TLS, with certificates of the lab's authority. */
  readonly urls: { readonly kubernetes: string; readonly azure: string; readonly app: string; readonly appTls: string };
  /** What differs from what was asked for, for people: objects left out, secrets made empty. */
  readonly notes: readonly string[];
  stop(): Promise<void>;
}
