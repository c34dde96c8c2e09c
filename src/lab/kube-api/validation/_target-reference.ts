/** Which object is meant, of whatever version. Source: ValidateCrossVersionObjectReference, pkg/apis/autoscaling/validation, 1.36. */
import type { Problems } from '../problems.ts';
import { pathSegmentProblems } from './_names-of-kinds.ts';

export function validateTarget(
  target: { readonly kind?: string | undefined; readonly name?: string | undefined },
  path: string,
  problems: Problems,
): void {
  for (const key of ['kind', 'name'] as const) {
    const value = target[key] ?? '';
    if (value === '') problems.required(`${path}.${key}`);
    else problems.eachInvalid(`${path}.${key}`, value, pathSegmentProblems(value));
  }
}
