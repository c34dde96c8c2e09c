import type { Fix } from '../types.ts';
import { disruptionBudget } from './disruption-budget.ts';
import { hostSpread } from './host-spread.ts';
import { preferredAntiAffinity } from './preferred-anti-affinity.ts';
import { readinessProbe } from './readiness-probe.ts';
import { replicas } from './replicas.ts';
import { requiredAntiAffinity } from './required-anti-affinity.ts';
import { rolloutStrategy } from './rollout-strategy.ts';
import { serviceAntiAffinity } from './service-anti-affinity.ts';
import { tolerationSeconds } from './toleration-seconds.ts';
import { topologySpread } from './topology-spread.ts';

/** In the order in which they are applied: later ones see what earlier ones changed. */
export const FIXES: readonly Fix[] = [
  replicas,
  requiredAntiAffinity,
  preferredAntiAffinity,
  topologySpread,
  hostSpread,
  serviceAntiAffinity,
  tolerationSeconds,
  readinessProbe,
  rolloutStrategy,
  disruptionBudget,
];
