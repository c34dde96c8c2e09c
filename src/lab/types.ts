import type { Clock, Logger, Random } from '../base/index.ts';
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
  /** 0 = any free port. */
  readonly ports?: { readonly kubernetes?: number; readonly azure?: number; readonly ingress?: number };
}

/** A running lab. Everything a user needs to reach it stands in `env`. */
export interface Lab {
  readonly api: LabApi;
  readonly azure: LabAzure;
  /** Variables as `evenkeel lab env` prints them: KUBECONFIG, AZURE_AUTH_LOCATION, APP_ENDPOINT, … */
  readonly env: Readonly<Record<string, string>>;
  readonly urls: { readonly kubernetes: string; readonly azure: string; readonly app: string };
  stop(): Promise<void>;
}
