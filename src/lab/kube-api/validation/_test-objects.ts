/** For tests: a lab's API, objects of any kind in few words, and what a refusal says. */
import { createRandom, createVirtualClock } from '../../../base/index.ts';
import type { KubeObject } from '../../../kubernetes/index.ts';
import { insideOf } from '../lab-api.ts';
import { createLabApi, type LabApi } from '../index.ts';
import { causesOf } from './_test-pods.ts';

type Members = Readonly<Record<string, unknown>>;

export const lab = (): LabApi =>
  createLabApi({ clock: createVirtualClock(Date.parse('2026-01-31T12:00:00Z')), random: createRandom('kinds') });

/** Any members over a name. */
export const named = (name: string, members: Members): KubeObject => ({ metadata: { name }, ...members });

export const refusedCreate = (kind: string, members: Members, name = 'x'): string[] => {
  const api = lab();
  return causesOf(() => api.create(kind, named(name, members)));
};

/** Laid over the object, member by member; `undefined` takes one away. */
function overlay(base: unknown, change: unknown): unknown {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) return change;
  const result = { ...(base as object) } as Record<string, unknown>; // whatever it is, its members are replaced
  for (const [key, value] of Object.entries(change)) {
    if (value === undefined) delete result[key];
    else result[key] = overlay(result[key], value);
  }
  return result;
}

/** Makes one, then writes it with a change. */
export function refusedUpdate(kind: string, members: Members, change: Members): string[] {
  const api = lab();
  const made = api.create(kind, named('x', members));
  return causesOf(() => api.update(kind, overlay(made, change) as KubeObject)); // of the same kind
}

/** What a server warns of when it is made. */
export function warningsOf(kind: string, members: Members, name = 'x', metadata: Members = {}): string[] {
  const told: string[] = [];
  const object = { ...members, metadata: { ...metadata, name, namespace: 'default' }, apiVersion: '', kind };
  insideOf(lab()).writer.create(kind, object, { warn: (text) => void told.push(text) });
  return told;
}

export const SELECTOR = { matchLabels: { app: 'x' } };
export const TEMPLATE = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
export const JOB_TEMPLATE = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } };

export const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
