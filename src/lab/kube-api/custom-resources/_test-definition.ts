/** A definition around a schema, for tests. */
import { createRandom, createVirtualClock } from '../../../base/index.ts';
import type { KubeObject } from '../../../kubernetes/index.ts';
import { createLabApi } from '../lab-api.ts';
import { ApiError, type LabApi } from '../types.ts';
import { loadValidationRules } from './rules/load-cel.ts';

export const definition = (schema: object, more: object = {}, version: object = {}): KubeObject & Record<string, unknown> => ({
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version }],
    ...more,
  },
});

export const newApi = async (): Promise<LabApi> => {
  await loadValidationRules();
  return createLabApi({ clock: createVirtualClock(Date.parse('2026-01-31T12:00:00Z')), random: createRandom('custom') });
};

/** An API with one established definition, whose objects have `spec` of this schema. */
export async function apiWith(spec: object, version: object = {}): Promise<LabApi> {
  const api = await newApi();
  api.create('CustomResourceDefinition', definition({ type: 'object', properties: { spec } }, {}, version));
  // The API server's own turns: names, then the API.
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  return api;
}

export const widget = (spec: unknown, name = 'one'): KubeObject & { readonly spec: unknown } => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name, namespace: 'default' },
  spec,
});

/** What the API server says against it; empty when nothing. */
export function refusalOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
  return '';
}
