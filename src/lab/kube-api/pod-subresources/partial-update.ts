/** A change of one part of an object's spec, through a subresource of its own. */
import type { Problems } from '../problems.ts';
import type { Stored } from '../store.ts';

export interface PartialUpdate {
  /** It changes what a pod asks for: quotas and limit ranges are heard, as for a new one. */
  readonly changesAmounts?: boolean;
  /** Takes the part from `wanted` into `draft`, which is the object as it stands otherwise; `now` is a timestamp. Errors: `ApiError`. */
  take(draft: Stored, wanted: Stored, facts: { readonly now: string }): void;
  /** Tells what is wrong with the change. */
  validate(draft: Stored, problems: Problems, previous: Stored): void;
}
