import { describe, expect, it } from 'vitest';
import { createRandom, createVirtualClock } from '../base/index.ts';
import type { KubeObject } from '../kubernetes/index.ts';
import { installManifests, seedCustomResources } from './install-manifests.ts';
import { createLabApi, type LabApi } from './kube-api/index.ts';

const newApi = (): LabApi => createLabApi({ clock: createVirtualClock(0), random: createRandom('install') });

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['secretName'],
      properties: { secretName: { type: 'string' }, duration: { type: 'string', default: '2160h' } },
    },
  },
};
const definition = (more: object = {}): KubeObject & Record<string, unknown> => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'certificates.pki.example.com' },
  spec: {
    group: 'pki.example.com',
    scope: 'Namespaced',
    names: { plural: 'certificates', kind: 'Certificate' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    ...more,
  },
});
const certificate = (spec: object, metadata: object = {}): KubeObject & Record<string, unknown> => ({
  apiVersion: 'pki.example.com/v1',
  kind: 'Certificate',
  metadata: { name: 'web', namespace: 'shop', ...metadata },
  spec,
});
const ISSUER = { apiVersion: 'pki.example.com/v1', kind: 'Issuer', metadata: { name: 'ours', namespace: 'shop' } };

describe('manifests with custom resources', () => {
  it('are installed definitions first, whatever their order, and it is told that nobody acts upon them', async () => {
    const api = newApi();
    const notes = await installManifests(api, [certificate({ secretName: 'tls', lifetime: 1 }), ISSUER, definition()]);
    const made = api.get<ReturnType<typeof certificate>>('certificates.pki.example.com', 'shop', 'web');
    expect(made?.['spec']).toEqual({ secretName: 'tls', duration: '2160h' });
    expect(notes).toEqual([
      'left out Issuer ours: the lab does not serve pki.example.com/v1 Issuer',
      'Certificate web: unknown field "spec.lifetime"',
      'no operator runs in the lab: custom resources are kept and served, and nothing acts upon them (1 Certificate.pki.example.com)',
    ]);
  });

  it('that the API server refuses stop the start, in its words', async () => {
    await expect(installManifests(newApi(), [definition(), certificate({})])).rejects.toThrow(
      'Certificate web: Certificate.pki.example.com "web" is invalid: spec.secretName: Required value',
    );
    await expect(installManifests(newApi(), [definition({ scope: 'Here' })])).rejects.toThrow('spec.scope: Unsupported value: "Here"');
  });

  it('leave out what a webhook would have to convert, with its objects, and tell it', async () => {
    const notes = await installManifests(newApi(), [
      definition({ conversion: { strategy: 'Webhook' } }),
      certificate({ secretName: 'tls' }),
    ]);
    expect(notes).toEqual([
      "left out CustomResourceDefinition certificates.pki.example.com and its objects: the lab's API server does not do this: conversion of custom resources by a webhook (spec.conversion.strategy: Webhook)",
    ]);
  });

  it('of a cluster elsewhere keep their ids and status, so that what they own stays', async () => {
    const api = newApi();
    const object = { ...certificate({ secretName: 'tls' }, { uid: 'there', resourceVersion: '7' }), status: { ready: true } };
    const { others, notes } = await seedCustomResources(api, [definition(), object, ISSUER]);
    expect(others).toEqual([ISSUER]);
    expect(notes).toHaveLength(1);
    expect(api.get('certificates.pki.example.com', 'shop', 'web')).toMatchObject({ metadata: { uid: 'there' }, status: { ready: true } });
  });
});
