/** Our extras of an activity, under its `evenkeel` key, which the original ignores. */
import { isObject } from '../format/python-values.ts';
import type { Activity, Experiment } from '../spec.ts';

export interface ActivityExtras {
  /** Seconds after which the activity is cut and fails. */
  readonly timeout?: number;
  /** Runs a probe again until its tolerance is met; seconds. */
  readonly until?: { readonly every: number; readonly limit: number };
  /** A tolerance that counts where the original has none: in the method and in rollbacks. */
  readonly tolerance?: unknown;
  /** The activity is left out unless the value is within the tolerance (without one: unless it is true). */
  readonly if?: { readonly value: unknown; readonly tolerance?: unknown };
  /** Neighbours in the file with the same name run side by side and are awaited together. */
  readonly parallel?: string;
}

export const EXTRA_KEYS = ['timeout', 'until', 'tolerance', 'if', 'parallel'] as const;
const EVERY_SECONDS = 1;
const LIMIT_SECONDS = 60;

/** The extras of an activity; what makes no sense is left out (validation tells of it). */
export function extrasOf(activity: Activity): ActivityExtras {
  const declared = activity['evenkeel'];
  if (!isObject(declared)) return {};
  const { timeout, until, tolerance, if: condition, parallel } = declared;
  const number = (value: unknown, otherwise: number): number => (typeof value === 'number' && value > 0 ? value : otherwise);
  return {
    ...(typeof timeout === 'number' && timeout > 0 ? { timeout } : {}),
    ...(isObject(until) || until === true
      ? {
          until: {
            every: number(isObject(until) ? until['every'] : undefined, EVERY_SECONDS),
            limit: number(isObject(until) ? until['limit'] : undefined, LIMIT_SECONDS),
          },
        }
      : {}),
    ...(tolerance === undefined ? {} : { tolerance }),
    ...(isObject(condition) && 'value' in condition ? { if: { ...condition, value: condition['value'] } } : {}),
    ...(typeof parallel === 'string' && parallel !== '' ? { parallel } : {}),
  };
}

/** The time limit of activities that name none: `extensions: [{name: evenkeel, defaults: {timeout: 300}}]`; seconds. */
export function defaultTimeout({ extensions }: Experiment): number | undefined {
  if (!Array.isArray(extensions)) return undefined;
  const ours: unknown = extensions.find((extension: unknown) => isObject(extension) && extension['name'] === 'evenkeel');
  const defaults = isObject(ours) ? ours['defaults'] : undefined;
  const timeout = isObject(defaults) ? defaults['timeout'] : undefined;
  return typeof timeout === 'number' && timeout > 0 ? timeout : undefined;
}
