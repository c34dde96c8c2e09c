/** When an image is fetched. Source: validatePullPolicy, pkg/apis/core/validation, 1.36. */
import type { Problems } from '../problems.ts';

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];

export function validatePullPolicy(policy: string | undefined, path: string, problems: Problems): void {
  if ((policy ?? '') === '') problems.required(path);
  else if (!PULL_POLICIES.includes(policy ?? '')) problems.unsupported(path, policy, PULL_POLICIES);
}
