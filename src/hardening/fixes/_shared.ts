import type { WorkloadModel } from '../../cluster/index.ts';
import type { Change } from '../types.ts';

const GROUP_VERSIONS: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  ReplicaSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  ReplicationController: 'v1',
};

/** Kinds whose number of replicas is ours to choose. */
export const isScalable = ({ kind }: WorkloadModel): boolean => kind === 'Deployment' || kind === 'StatefulSet' || kind === 'ReplicaSet';

/** A change to some fields of the workload's spec. */
export function specChange(
  fix: string,
  workload: WorkloadModel,
  text: { readonly summary: string; readonly why: string },
  spec: Readonly<Record<string, unknown>>,
): Change {
  const { kind, namespace, name } = workload;
  return {
    fix,
    target: { kind, namespace, name },
    workload: workload.id,
    ...text,
    apply: { apiVersion: GROUP_VERSIONS[kind] ?? 'apps/v1', kind, metadata: { name, namespace }, spec },
    creates: false,
  };
}

/** A change to some fields of the workload's pod template. */
export const templateChange = (
  fix: string,
  workload: WorkloadModel,
  text: { readonly summary: string; readonly why: string },
  spec: Readonly<Record<string, unknown>>,
): Change => specChange(fix, workload, text, { template: { spec } });
