/** The kinds with rules of their own; a new kind adds its file and one line here. */
import { certificateRequestRules } from '../certificates/request-rules.ts';
import type { KindRules } from '../kind-rules.ts';
import { definitionRules } from '../custom-resources/definition-rules.ts';
import { CORE_RULES } from './core.ts';
import { NETWORK_RULES } from './network.ts';
import { POLICY_RULES } from './policies.ts';
import { podRules } from './pod.ts';
import { QUOTA_RULES } from './quotas.ts';
import { serviceRules } from './service.ts';
import { STORAGE_RULES } from './storage.ts';
import { WORKLOAD_RULES } from './workloads.ts';

export const KIND_RULES: readonly KindRules[] = [
  podRules,
  serviceRules,
  ...WORKLOAD_RULES,
  ...QUOTA_RULES,
  ...CORE_RULES,
  ...NETWORK_RULES,
  ...STORAGE_RULES,
  ...POLICY_RULES,
  definitionRules,
  certificateRequestRules,
];
