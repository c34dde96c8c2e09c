/** Where and with what a suspended job's pods will run may still be changed. Source: pkg/registry/batch/job strategy (jobValidationOptions), 1.36. */
import { copyJson } from '../json.ts';
import type { PodTemplateFields } from './pod-template.ts';
import type { JobFields } from './job.ts';

type Template = Record<string, unknown> & { metadata?: Record<string, unknown>; spec?: Record<string, unknown> };

const DIRECTIVES = ['nodeSelector', 'tolerations', 'schedulingGates'];

/** The old template with those parts of the new one that may change. */
export function withMutableDirectives({ spec, status }: JobFields, template: PodTemplateFields): unknown {
  const stopped = status?.startTime === undefined || status.conditions?.some((one) => one.type === 'Suspended' && one.status === 'True');
  if (spec?.suspend !== true || stopped !== true) return spec?.template;
  const old = copyJson(spec.template ?? {}) as Template; // a copy of plain data
  const next = template as Template;
  for (const key of ['annotations', 'labels']) take((old.metadata ??= {}), next.metadata ?? {}, key);
  const [from, to] = [next.spec ?? {}, (old.spec ??= {})];
  for (const key of DIRECTIVES) take(to, from, key);
  takeNodeAffinity(to, from);
  for (const list of ['containers', 'initContainers']) takeResources(to[list], from[list]);
  return old;
}

function take(to: Record<string, unknown>, from: Readonly<Record<string, unknown>>, key: string): void {
  if (from[key] === undefined) delete to[key];
  else to[key] = from[key];
}

function takeNodeAffinity(to: Record<string, unknown>, from: Readonly<Record<string, unknown>>): void {
  const affinity = { ...(to['affinity'] as object | undefined) } as Record<string, unknown>; // both are objects or absent
  take(affinity, (from['affinity'] ?? {}) as Record<string, unknown>, 'nodeAffinity');
  if (Object.keys(affinity).length > 0 || from['affinity'] !== undefined) to['affinity'] = affinity;
  else delete to['affinity'];
}

/** Containers of one place: what they ask for. */
function takeResources(to: unknown, from: unknown): void {
  if (!Array.isArray(to) || !Array.isArray(from)) return;
  // Lists of containers, the decoder saw to it.
  for (const [index, container] of (to as Record<string, unknown>[]).entries()) {
    const other = (from as Record<string, unknown>[])[index];
    if (other) take(container, other, 'resources');
  }
}
