/** What a binding names. Source: ValidatePodBinding, pkg/apis/core/validation, 1.36. */
import type { Problems } from '../problems.ts';

export function validateBindingTarget(target: { readonly kind?: unknown; readonly name?: unknown }, problems: Problems): void {
  const { kind = '', name = '' } = target;
  if (kind !== '' && kind !== 'Node') problems.unsupported('target.kind', kind, ['Node', '<empty>']);
  if (name === '') problems.required('target.name');
}
