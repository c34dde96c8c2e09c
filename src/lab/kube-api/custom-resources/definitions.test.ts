import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../kubernetes/index.ts';
import { apiWith, definition, newApi, refusalOf, widget } from './_test-definition.ts';
import type { Definition } from './types.ts';

const CRD = 'CustomResourceDefinition';
const OBJECT = { type: 'object' };
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};
const SCHEMA = 'spec.versions[0].schema.openAPIV3Schema';

describe('a definition', () => {
  it.each<readonly [KubeObject, string]>([
    [
      { ...definition(OBJECT), metadata: { name: 'other.example.com' } },
      'metadata.name: Invalid value: "other.example.com": must be spec.names.plural+"."+spec.group',
    ],
    [definition(OBJECT, { scope: 'Everywhere' }), 'spec.scope: Unsupported value: "Everywhere": supported values: "Cluster", "Namespaced"'],
    [definition(OBJECT, {}, { storage: false }), 'must have exactly one version marked as storage version'],
    [definition(OBJECT, {}, { schema: {} }), `${SCHEMA}: Required value: schemas are required`],
    [definition({}), `${SCHEMA}.type: Required value: must not be empty at the root`],
    [
      definition({ ...OBJECT, properties: { a: {} } }),
      `${SCHEMA}.properties[a].type: Required value: must not be empty for specified object fields`,
    ],
    [definition({ ...OBJECT, properties: { a: { type: 'array' } } }), `${SCHEMA}.properties[a].items: Required value: must be specified`],
    [
      definition({ ...OBJECT, properties: { a: { type: 'int' } } }),
      `${SCHEMA}.properties[a].type: Unsupported value: "int": supported values: "array", "boolean", "integer", "number", "object", "string"`,
    ],
    [definition({ ...OBJECT, anyOf: [{ type: 'object' }] }), `${SCHEMA}.anyOf[0].type: Forbidden: must be empty to be structural`],
    [
      definition({ ...OBJECT, anyOf: [{ required: ['a'], properties: { a: {} } }] }),
      `${SCHEMA}.properties[a]: Required value: because it is defined in ${SCHEMA}.anyOf[0].properties[a]`,
    ],
    [
      definition({ ...OBJECT, properties: { a: { type: 'integer', default: 'x' } } }),
      `${SCHEMA}.properties[a].default: Invalid value: "string": `,
    ],
    [
      definition({ ...OBJECT, properties: { metadata: { type: 'object', properties: { labels: OBJECT } } } }),
      `${SCHEMA}.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified`,
    ],
    [
      definition({ ...OBJECT, properties: { a: { type: 'array', items: OBJECT, 'x-kubernetes-list-type': 'map' } } }),
      `${SCHEMA}.properties[a].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`,
    ],
    [
      definition(OBJECT, {}, { subresources: { scale: { specReplicasPath: 'x', statusReplicasPath: '.status.n' } } }),
      'spec.versions[0].subresources.scale.specReplicasPath: Invalid value: "x": must be a simple json path starting with .',
    ],
    [
      definition(OBJECT, { group: 'widgets.k8s.io' }),
      'protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    ],
  ])('%# is refused in the words of the API server', async (object, words) => {
    const api = await newApi();
    expect(refusalOf(() => api.create(CRD, object))).toContain(words);
  });

  it('whose objects a webhook would convert is not taken: nobody would answer', async () => {
    const api = await newApi();
    expect(refusalOf(() => api.create(CRD, definition(OBJECT, { conversion: { strategy: 'Webhook' } })))).toContain(
      'does not do this: conversion of custom resources by a webhook',
    );
  });

  it('gets its names, is established, and is served; another of the group may not take the same', async () => {
    const api = await apiWith({ type: 'object' });
    const status = api.get<Definition>(CRD, undefined, 'widgets.example.com')?.status;
    expect(status?.acceptedNames).toEqual({ plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' });
    expect(status?.storedVersions).toEqual(['v1']);
    expect(status?.conditions?.map(({ type, status: value, reason }) => [type, value, reason])).toEqual([
      ['NamesAccepted', 'True', 'NoConflicts'],
      ['Established', 'True', 'InitialNamesAccepted'],
    ]);
    const names = { plural: 'gadgets', kind: 'Widget' };
    api.create(CRD, { ...definition(OBJECT, { names }), metadata: { name: 'gadgets.example.com' } });
    await turns();
    const conditions = api.get<Definition>(CRD, undefined, 'gadgets.example.com')?.status?.conditions;
    expect(conditions?.map(({ type, reason, message }) => [type, reason, message])).toEqual([
      ['NamesAccepted', 'ListKindConflict', '"WidgetList" is already in use'],
      ['Established', 'NotAccepted', 'not all names are accepted'],
    ]);
    api.delete(CRD, undefined, 'widgets.example.com');
    await turns();
    expect(api.customKinds().map(({ kind }) => kind)).toEqual(['gadgets.example.com']);
  });

  it('goes after its objects, and waits for those that a finalizer holds', async () => {
    const api = await apiWith({ type: 'object' });
    api.createCustom(widget({}, 'free'));
    api.createCustom({ ...widget({}, 'held'), metadata: { name: 'held', namespace: 'default', finalizers: ['example.com/hold'] } });
    api.delete(CRD, undefined, 'widgets.example.com');
    await turns();
    const key = 'widgets.example.com';
    expect(api.list(key).map(({ metadata }) => metadata.name)).toEqual(['held']);
    expect(api.get<Definition>(CRD, undefined, key)?.metadata.finalizers).toEqual(['customresourcecleanup.apiextensions.k8s.io']);
    api.modify<KubeObject>(key, 'default', 'held', (draft) => void delete draft.metadata.finalizers);
    expect(api.list(key)).toEqual([]);
  });

  it('lets autoscalers read and set its replicas', async () => {
    const scale = { specReplicasPath: '.spec.count', statusReplicasPath: '.status.count', labelSelectorPath: '.status.selector' };
    const api = await apiWith({ type: 'object', properties: { count: { type: 'integer' } } }, { subresources: { status: {}, scale } });
    api.createCustom(widget({ count: 2 }));
    expect(api.kindFor('example.com/v1', 'Widget')).toBe('widgets.example.com');
    expect(api.customScale('widgets.example.com', 'default', 'one')).toEqual({ replicas: 2, statusReplicas: 0, selector: '' });
    api.scaleCustom('widgets.example.com', 'default', 'one', 5);
    expect(api.customScale('widgets.example.com', 'default', 'one')?.replicas).toBe(5);
    expect(api.kindFor('serving.example.com/v1', 'Service')).toBeUndefined();
    expect(api.kindFor('v1', 'Service')).toBe('Service');
  });

  it('can not change what its objects are stored by', async () => {
    const api = await apiWith({ type: 'object' });
    const change = (edit: (draft: { spec: Record<string, unknown> }) => void): string =>
      refusalOf(() => api.modify<KubeObject & { spec: Record<string, unknown> }>(CRD, undefined, 'widgets.example.com', edit));
    expect(change(({ spec }) => void (spec['scope'] = 'Cluster'))).toContain('spec.scope: Invalid value: "Cluster": field is immutable');
    expect(
      change(({ spec }) => void (spec['versions'] = [{ name: 'v2', served: true, storage: true, schema: { openAPIV3Schema: OBJECT } }])),
    ).toContain('missing from spec.versions; v1 was previously a storage version');
  });
});
