import {
  podRequests,
  podRequestsForScoring,
  withSchedulingDefaults,
  type ContainerPort,
  type Pod,
  type PodSpec,
} from '../kubernetes/index.ts';
import { affinityTermsOf, type AffinityTerms } from './affinity-terms.ts';

/** A port that a pod takes of its node. */
export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/** What a pod asks of a node, in the scheduler's own units: milli-cores, bytes, pieces. */
export interface Demand {
  /** Equal demands have equal keys. */
  readonly key: string;
  readonly milliCpu: number;
  readonly memory: number;
  readonly ephemeralStorage: number;
  /** Everything else by name; zero amounts are left out. */
  readonly scalars: ReadonlyMap<string, number>;
  /** With the small amounts that silent containers are taken to need. */
  readonly scoringMilliCpu: number;
  readonly scoringMemory: number;
}

/** A pod as the scheduler sees it: read once, used often. */
export interface PodRecord {
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly pod: Pod;
  /** As it was given, before defaults. */
  readonly source: Pod;
  readonly spec: PodSpec;
  readonly labels: Readonly<Record<string, string>>;
  readonly node: string | undefined;
  readonly nominated: string | undefined;
  readonly terminating: boolean;
  readonly priority: number;
  /** It has a node selector or required node affinity. */
  readonly choosesNodes: boolean;
  readonly demand: Demand;
  readonly ports: readonly HostPort[];
  readonly terms: AffinityTerms;
  /** Pods with the same text look the same to affinity and spreading. */
  readonly classKey: string;
}

const NO_LABELS: Readonly<Record<string, string>> = {};

export function podRecordOf(raw: Pod): PodRecord {
  const pod = withSchedulingDefaults(raw);
  const { metadata } = pod;
  const spec = pod.spec ?? { containers: [] };
  const namespace = metadata.namespace ?? 'default';
  const labels = metadata.labels ?? NO_LABELS;
  const terminating = metadata.deletionTimestamp !== undefined;
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  return {
    key: `${namespace}/${metadata.name}`,
    namespace,
    name: metadata.name,
    pod,
    source: raw,
    spec,
    labels,
    node: spec.nodeName || undefined,
    nominated: pod.status?.nominatedNodeName || undefined,
    terminating,
    priority: spec.priority ?? 0,
    choosesNodes:
      spec.nodeSelector !== undefined || spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined,
    demand: demandOf(spec),
    ports: hostPortsOf(spec),
    terms: affinityTermsOf(pod),
    classKey: JSON.stringify([namespace, terminating, labels, podAffinity, podAntiAffinity]),
  };
}

/** Pods of one workload ask for the same; what a text of requests comes to never changes, so a few thousand answers are kept. */
const demands = new Map<string, Demand>();
const DEMANDS_MAX = 4096;

/** Pods made from one template share its lists: then not even the text is needed. */
const demandsByList = new WeakMap<readonly object[], { readonly spec: PodSpec; readonly demand: Demand }>();

function demandOf(spec: PodSpec): Demand {
  const { containers, initContainers, overhead } = spec;
  const last = demandsByList.get(containers);
  const same = last?.spec.initContainers === initContainers && last?.spec.overhead === overhead;
  if (last !== undefined && same && resourcesOf(last.spec) === resourcesOf(spec)) return last.demand;
  const demand = demandByText(spec);
  demandsByList.set(containers, { spec, demand });
  return demand;
}

/** Of the pod as a whole: newer than the typings. */
const resourcesOf = (spec: PodSpec): unknown => (spec as { readonly resources?: unknown }).resources;

function demandByText(spec: PodSpec): Demand {
  const { containers, initContainers = [], overhead } = spec;
  const key = JSON.stringify([
    containers.map((each) => each.resources),
    initContainers.map((each) => [each.restartPolicy, each.resources]),
    overhead,
    resourcesOf(spec),
  ]);
  const known = demands.get(key);
  if (known !== undefined) return known;
  if (demands.size >= DEMANDS_MAX) demands.clear();
  const fresh = computeDemand(key, spec);
  demands.set(key, fresh);
  return fresh;
}

function computeDemand(key: string, spec: PodSpec): Demand {
  const requests = podRequests(spec);
  const scoring = podRequestsForScoring(spec);
  const whole = (name: string): number => Math.ceil((requests.get(name) ?? 0) / 1000);
  const scalars = new Map<string, number>();
  for (const [name, milli] of requests) {
    if (milli !== 0 && name !== 'cpu' && name !== 'memory' && name !== 'ephemeral-storage') scalars.set(name, Math.ceil(milli / 1000));
  }
  return {
    key,
    milliCpu: requests.get('cpu') ?? 0,
    memory: whole('memory'),
    ephemeralStorage: whole('ephemeral-storage'),
    scalars,
    scoringMilliCpu: scoring.milliCpu,
    scoringMemory: Math.ceil(scoring.memoryMilli / 1000),
  };
}

function hostPortsOf(spec: PodSpec): HostPort[] {
  const sidecars = (spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  const ports: readonly ContainerPort[] = [...spec.containers, ...sidecars].flatMap((container) => container.ports ?? []);
  return ports.flatMap(({ hostPort, hostIP, protocol }) =>
    hostPort ? [{ ip: hostIP || '0.0.0.0', protocol: protocol ?? 'TCP', port: hostPort }] : [],
  );
}
