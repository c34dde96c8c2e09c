import { allInOneZone } from './all-in-one-zone.ts';
import { allOnOneNode } from './all-on-one-node.ts';
import { blockedDrain } from './blocked-drain.ts';
import { crowdedNode } from './crowded-node.ts';
import { noDisruptionBudget } from './no-disruption-budget.ts';
import { noReadinessProbe } from './no-readiness-probe.ts';
import { nodeNotReady } from './node-not-ready.ts';
import { pendingPods } from './pending-pods.ts';
import { sharedSinglePoint } from './shared-single-point.ts';
import { singleReplica } from './single-replica.ts';
import { unevenSpread } from './uneven-spread.ts';
import type { FindingRule } from './_shared.ts';

/** Everything that is looked for, in the order in which it is told; a severity goes before the next all the same. */
export const FINDING_RULES: readonly FindingRule[] = [
  nodeNotReady,
  pendingPods,
  allOnOneNode,
  singleReplica,
  sharedSinglePoint,
  crowdedNode,
  allInOneZone,
  noReadinessProbe,
  blockedDrain,
  unevenSpread,
  noDisruptionBudget,
];
