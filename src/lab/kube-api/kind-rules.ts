/** What sets one kind of object apart: its defaults, what it forbids, what the server does to it on its way in. */
import type { Clock, Random } from '../../base/index.ts';
import type { KubeObject } from '../../kubernetes/index.ts';
import type { Problems } from './problems.ts';
import type { Store, Stored } from './store.ts';

/** What rules may look at beyond the object. */
export interface RuleContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** The object is furnished as it is: it stood elsewhere before. */
  readonly isSeeding?: boolean;
}

/** Rules over a kind's own type. Objects handed in are drafts that may be changed. */
export interface Rules<T extends KubeObject> {
  readonly kind: string;
  /** The kind has a status subresource: a plain write leaves the status alone. */
  readonly hasStatus?: boolean;
  /** A create may bring its status (nodes do). */
  readonly keepsStatusOnCreate?: boolean;
  /** `metadata.generation` counts changes of the spec. */
  readonly hasGeneration?: boolean;
  /** It counts changes of all but metadata. */
  readonly countsAllChanges?: boolean;
  /** A write of the status leaves metadata alone. */
  readonly statusAlone?: boolean;
  /** A write of the status is validated as every other. */
  readonly validatesStatus?: boolean;
  /** Fills in what the user left out; runs on every write. */
  defaults?(object: T): void;
  /** Runs before a create is stored: clears what users may not set, admits. Errors: `ApiError`. */
  onCreate?(object: T, context: RuleContext): void;
  /** Runs before an update is stored. Errors: `ApiError`. */
  onUpdate?(object: T, previous: T, context: RuleContext): void;
  /** Runs before a deletion is stored; may add finalizers. */
  onDelete?(object: T, context: RuleContext): void;
  /** Runs before a status is stored. */
  onStatusUpdate?(object: T, previous: T): void;
  /** Tells what is wrong; `previous` is there on updates. */
  validate?(object: T, problems: Problems, previous?: T): void;
  /** Tells what is let through although something is wrong with it, once it is known to be valid. */
  warnings?(object: T, previous?: T): readonly string[];
  /** Runs after the object was taken away. */
  onRemoved?(object: T, context: RuleContext): void;
}

export type KindRules = Rules<Stored>;

/** Rules written over a kind's type, for a list that holds rules of all kinds. */
export function rulesFor<T extends KubeObject>(rules: Rules<T>): KindRules {
  // The list is looked up by kind, so a rule only ever meets objects of its own type.
  return rules as unknown as KindRules;
}
