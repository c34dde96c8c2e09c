import type { ClusterModel, WorkloadModel } from '../types.ts';

export interface Finding {
  /** Name of the rule that says it. */
  readonly rule: string;
  readonly severity: 'high' | 'medium' | 'low';
  /** A workload's id, a node's name, a namespace or `cluster`. */
  readonly subject: string;
  /** One sentence in plain words. */
  readonly message: string;
}

/** What a rule looks at. */
export interface FindingScope {
  readonly model: ClusterModel;
  /** The workloads asked about; DaemonSets and Jobs are among them. */
  readonly workloads: readonly WorkloadModel[];
  /** The namespace asked about; undefined = all. */
  readonly namespace: string | undefined;
  /** A node's name, shortened where the names of all nodes begin alike. */
  readonly nodeName: (name: string) => string;
}

/** One thing that can be wrong with where pods sit: one file, one line in the list. */
export interface FindingRule {
  readonly name: string;
  readonly summary: string;
  find(scope: FindingScope): readonly Finding[];
}

const WORDS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];

/** `eight`, `13`. */
export function inWords(count: number): string {
  return WORDS[count] ?? String(count);
}

/** `eight deployments`, `one stateful set`, `three workloads`: a group by what its members have in common. */
export function workloadsInWords(workloads: readonly WorkloadModel[]): string {
  const kinds = new Set(workloads.map(({ kind }) => kind));
  const [only] = kinds;
  const noun = kinds.size === 1 && only !== undefined ? KIND_NOUNS[only] : 'workload';
  return `${inWords(workloads.length)} ${noun}${workloads.length === 1 ? '' : 's'}`;
}

const KIND_NOUNS: Readonly<Record<WorkloadModel['kind'], string>> = {
  Deployment: 'deployment',
  StatefulSet: 'stateful set',
  DaemonSet: 'daemon set',
  ReplicaSet: 'replica set',
  ReplicationController: 'replication controller',
  Job: 'job',
  Pod: 'bare pod',
};

/** Workloads that are meant to be always there: neither one a node, nor once and done. */
export function longLived(workloads: readonly WorkloadModel[]): readonly WorkloadModel[] {
  return workloads.filter(({ kind, replicas }) => kind !== 'DaemonSet' && kind !== 'Job' && replicas > 0);
}

/** How many pods of a workload sit on each node. */
export function podsPerNode({ pods }: WorkloadModel): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { spec } of pods) if (spec?.nodeName) counts.set(spec.nodeName, (counts.get(spec.nodeName) ?? 0) + 1);
  return counts;
}

/** What a finding about a group is about. */
export function groupSubject({ namespace }: FindingScope): string {
  return namespace === undefined ? 'cluster' : `namespace/${namespace}`;
}

/** The names of a group: all of a few, the first of many. */
export function namesOf(workloads: readonly WorkloadModel[], limit = 9): string {
  const names = workloads.map(({ name }) => name);
  return names.length <= limit ? names.join(', ') : `${names.slice(0, limit - 1).join(', ')} and ${names.length - limit + 1} more`;
}
