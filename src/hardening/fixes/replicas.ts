import type { ClusterModel, WorkloadModel } from '../../cluster/index.ts';
import type { Change, Fix, HardeningGoal } from '../types.ts';
import { reasonForOne } from '../workload-facts.ts';
import { isScalable, specChange } from './_shared.ts';

/** Runs every workload at least as often as the goal asks. */
export const replicas: Fix = {
  name: 'replicas',
  summary: 'at least two replicas, so that one can be lost',
  byDefault: true,
  propose: (model, id, goal) => {
    const workload = model.workload(id);
    if (workload === undefined || !isScalable(workload) || workload.replicas >= goal.minReplicas || workload.replicas === 0) return [];
    if (!goal.include.includes(id) && reasonForOne(model, workload) !== undefined) return [];
    const why = 'with fewer, the failure of one node can take all of them';
    const summary = `replicas ${workload.replicas} -> ${goal.minReplicas}`;
    return [
      ...autoscalerChanges(model, workload, goal),
      specChange('replicas', workload, { summary, why }, { replicas: goal.minReplicas }),
    ];
  },
};

/** An autoscaler with a lower floor would scale the workload back. */
function autoscalerChanges(model: ClusterModel, workload: WorkloadModel, { minReplicas }: HardeningGoal): Change[] {
  const { kind, namespace, name } = workload;
  const scaler = model.snapshot.horizontalPodAutoscalers.find(
    ({ metadata, spec }) =>
      (metadata.namespace ?? 'default') === namespace && spec?.scaleTargetRef.kind === kind && spec.scaleTargetRef.name === name,
  );
  const floor = scaler?.spec?.minReplicas ?? 1;
  if (scaler?.spec === undefined || floor >= minReplicas) return [];
  const raised = scaler.spec.maxReplicas < minReplicas ? { maxReplicas: minReplicas } : {};
  return [
    {
      fix: 'replicas',
      target: { kind: 'HorizontalPodAutoscaler', namespace, name: scaler.metadata.name },
      workload: workload.id,
      summary: `autoscaler's minReplicas ${floor} -> ${minReplicas}`,
      why: 'it would scale the workload back below what is needed',
      apply: {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: scaler.metadata.name, namespace },
        spec: { minReplicas, ...raised },
      },
      creates: false,
    },
  ];
}
