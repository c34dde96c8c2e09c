/** Budgets, autoscalers, classes, roles: kinds that rule others. Source: the v1 defaults of their groups, 1.36. */
import type { HorizontalPodAutoscaler, KubeObject, Lease, PodDisruptionBudget, PriorityClass } from '../../../kubernetes/index.ts';
import { rulesFor, type KindRules } from '../kind-rules.ts';
import type { Draft } from '../types.ts';
import { validateAutoscaler } from '../validation/autoscaler.ts';
import { validateBudget } from '../validation/disruption-budget.ts';
import { validateBinding, validateRole, type BindingFields, type RoleFields } from '../validation/roles.ts';
import { validateLease, validatePriorityClass, validateRuntimeClass, type RuntimeFields } from '../validation/small-kinds.ts';
import { fill } from './_pod-template.ts';

const disruptionBudget = rulesFor<Draft<PodDisruptionBudget>>({
  kind: 'PodDisruptionBudget',
  hasStatus: true,
  hasGeneration: true,
  onCreate(object) {
    object.status = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
  },
  validate({ spec }, problems) {
    validateBudget(spec ?? {}, problems);
  },
});

type Behavior = NonNullable<NonNullable<Draft<HorizontalPodAutoscaler>['spec']>['behavior']>;

const PERCENT = { type: 'Percent', value: 100, periodSeconds: 15 };
const PODS = { type: 'Pods', value: 4, periodSeconds: 15 };

/** Who says something of how fast says all of it. Source: SetDefaults_HorizontalPodAutoscalerBehavior. */
function defaultBehavior(behavior: Behavior): void {
  const up = (behavior.scaleUp ??= {});
  fill(up, 'stabilizationWindowSeconds', 0);
  fill(up, 'selectPolicy', 'Max');
  fill(up, 'policies', [{ ...PODS }, { ...PERCENT }]);
  const down = (behavior.scaleDown ??= {});
  fill(down, 'selectPolicy', 'Max');
  fill(down, 'policies', [{ ...PERCENT }]);
}

const autoscaler = rulesFor<Draft<HorizontalPodAutoscaler>>({
  kind: 'HorizontalPodAutoscaler',
  hasStatus: true,
  defaults({ spec }) {
    if (spec === undefined) return;
    fill(spec, 'minReplicas', 1);
    if ((spec.metrics ?? []).length === 0) {
      spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }];
    }
    if (spec.behavior) defaultBehavior(spec.behavior);
  },
  validate({ spec }, problems, previous) {
    validateAutoscaler(spec ?? {}, problems, previous?.spec);
  },
});

const lease = rulesFor<Draft<Lease>>({
  kind: 'Lease',
  validate({ spec }, problems) {
    validateLease(spec ?? {}, problems);
  },
});

const priorityClass = rulesFor<Draft<PriorityClass>>({
  kind: 'PriorityClass',
  hasGeneration: true,
  defaults(object) {
    fill(object, 'preemptionPolicy', 'PreemptLowerPriority');
  },
  validate: validatePriorityClass,
});

const runtimeClass = rulesFor<KubeObject & RuntimeFields>({ kind: 'RuntimeClass', validate: validateRuntimeClass });

const GROUP = 'rbac.authorization.k8s.io';

const bindingRules = (kind: string): KindRules =>
  rulesFor<KubeObject & Draft<BindingFields>>({
    kind,
    defaults(object) {
      if (object.roleRef && (object.roleRef.apiGroup ?? '') === '') object.roleRef.apiGroup = GROUP;
      for (const subject of object.subjects ?? []) {
        if ((subject.kind === 'User' || subject.kind === 'Group') && (subject.apiGroup ?? '') === '') subject.apiGroup = GROUP;
      }
    },
    validate(object, problems, previous) {
      validateBinding(object, kind === 'RoleBinding', problems, previous);
    },
  });

const roleRules = (kind: string): KindRules =>
  rulesFor<KubeObject & RoleFields>({
    kind,
    validate(object, problems) {
      validateRole(object, kind === 'Role', problems);
    },
  });

export const POLICY_RULES: readonly KindRules[] = [
  disruptionBudget,
  autoscaler,
  lease,
  priorityClass,
  runtimeClass,
  roleRules('Role'),
  roleRules('ClusterRole'),
  bindingRules('RoleBinding'),
  bindingRules('ClusterRoleBinding'),
];
