/** The kinds with rules of their own; a new kind adds its file and one line here. */
import { certificateRequestRules } from '../certificates/request-rules.ts';
import type { KindRules } from '../kind-rules.ts';
import { definitionRules } from '../custom-resources/definition-rules.ts';
import { OTHER_RULES } from './others.ts';
import { podRules } from './pod.ts';
import { QUOTA_RULES } from './quotas.ts';
import { serviceRules } from './service.ts';
import { WORKLOAD_RULES } from './workloads.ts';

export const KIND_RULES: readonly KindRules[] = [
  podRules,
  serviceRules,
  ...WORKLOAD_RULES,
  ...QUOTA_RULES,
  ...OTHER_RULES,
  definitionRules,
];
  certificateRequestRules,
