import { FINDING_RULES } from './findings/index.ts';
import type { Finding } from './findings/_shared.ts';
import { podsPerNode } from './findings/_shared.ts';
import { isPodReady } from './pod-state.ts';
import { shortNames } from './short-names.ts';
import type { ClusterModel } from './types.ts';

/** Where the pods sit, small enough to keep in a journal. */
export interface Spread {
  readonly namespace: string | undefined;
  readonly nodes: readonly { readonly name: string; readonly zone: string | undefined; readonly ready: boolean }[];
  readonly workloads: readonly {
    readonly id: string;
    readonly kind: string;
    readonly name: string;
    readonly namespace: string;
    readonly replicas: number;
    readonly ready: number;
    /** Pods per node, in the order of `nodes`; what is not bound is not counted. */
    readonly perNode: readonly number[];
    readonly pending: number;
  }[];
  readonly findings: readonly Finding[];
}

const SEVERITIES: readonly Finding['severity'][] = ['high', 'medium', 'low'];

/** Counts the pods per workload and node, and says what is wrong with it; the worst first. */
export function spreadOf(model: ClusterModel, { namespace }: { readonly namespace?: string | undefined } = {}): Spread {
  const workloads = model.workloads.filter((workload) => namespace === undefined || workload.namespace === namespace);
  const nodeName = shortNames(model.nodes.map(({ name }) => name));
  const findings = FINDING_RULES.flatMap((rule) => rule.find({ model, workloads, namespace, nodeName }));
  return {
    namespace,
    nodes: model.nodes.map(({ name, zone, ready }) => ({ name, zone, ready })),
    workloads: workloads.map((workload) => {
      const { id, kind, name, replicas, pods } = workload;
      const counts = podsPerNode(workload);
      return {
        id,
        kind,
        name,
        namespace: workload.namespace,
        replicas,
        ready: pods.filter(isPodReady).length,
        perNode: model.nodes.map((node) => counts.get(node.name) ?? 0),
        pending: pods.filter(({ spec }) => !spec?.nodeName).length,
      };
    }),
    findings: SEVERITIES.flatMap((severity) => findings.filter((finding) => finding.severity === severity)),
  };
}
