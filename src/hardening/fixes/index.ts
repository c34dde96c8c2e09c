import type { Fix } from '../types.ts';
import { disruptionBudget } from './disruption-budget.ts';
import { preferredAntiAffinity } from './preferred-anti-affinity.ts';
import { replicas } from './replicas.ts';
import { requiredAntiAffinity } from './required-anti-affinity.ts';
import { rolloutStrategy } from './rollout-strategy.ts';

/** In the order in which they are applied: later ones see what earlier ones changed. */
export const FIXES: readonly Fix[] = [replicas, requiredAntiAffinity, preferredAntiAffinity, rolloutStrategy, disruptionBudget];
