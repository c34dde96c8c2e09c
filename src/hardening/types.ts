/** A plan that makes an application survive a node failure, with its proof. */
import type { ClusterModel, ServiceId, WorkloadId } from '../cluster/index.ts';
import type { KubeObject } from '../kubernetes/index.ts';
import type { Prediction } from '../whatif/index.ts';

export interface HardeningGoal {
  readonly survive: 'node' | 'zone';
  /** Fewest replicas per workload. */
  readonly minReplicas: number;
  /** Undefined = all namespaces but the protected ones. */
  readonly namespace: string | undefined;
  /** Workloads that are scaled although they look single or stateful. */
  readonly include: readonly WorkloadId[];
  readonly exclude: readonly WorkloadId[];
  /** Names of fixes; undefined = the default set. */
  readonly fixes: readonly string[] | undefined;
}

/** One change to one object, said in words and in data. */
export interface Change {
  readonly fix: string;
  readonly target: { readonly kind: string; readonly namespace: string; readonly name: string };
  readonly workload: WorkloadId;
  /** `replicas 1 -> 2`. */
  readonly summary: string;
  readonly why: string;
  /**
   * The fields to own by server-side apply: a partial object with kind, apiVersion, name and the changed fields only.
   * For a new object (a disruption budget) it is the whole object.
   */
  readonly apply: KubeObject & Readonly<Record<string, unknown>>;
  readonly creates: boolean;
}

/** A fix as data: what it is, and which changes it makes to a workload of the model. */
export interface Fix {
  readonly name: string;
  readonly summary: string;
  readonly byDefault: boolean;
  propose(model: ClusterModel, workload: WorkloadId, goal: HardeningGoal): readonly Change[];
}

/** A workload that is named and left alone, with the reason and what could be done. */
export interface LeftAlone {
  readonly workload: WorkloadId;
  readonly reason: string;
  readonly suggestion: string;
}

export interface ProofStep {
  readonly claim: string;
  readonly holds: boolean;
  /** The smallest counter-example, or the evidence. */
  readonly detail: string;
}

export interface HardeningPlan {
  readonly goal: HardeningGoal;
  readonly changes: readonly Change[];
  readonly leftAlone: readonly LeftAlone[];
  readonly proof: readonly ProofStep[];
  /** All steps hold. */
  readonly proven: boolean;
  readonly before: readonly Prediction[];
  readonly after: readonly Prediction[];
  /** The model once the rollout is done, as simulated. */
  readonly modelAfter: ClusterModel;
  /** Services that a single failure still takes down, and the workload that is why. */
  readonly remaining: readonly { readonly service: ServiceId; readonly workload: WorkloadId; readonly why: string }[];
}
