import { describe, expect, it } from 'vitest';
import { createRandom, createVirtualClock } from '../../base/index.ts';
import type { KubeObject, Node, Pod } from '../../kubernetes/index.ts';
import { ApiError, createLabApi } from './index.ts';

const START_MS = Date.parse('2026-01-31T12:00:00Z');

function lab(seed = 'test') {
  const clock = createVirtualClock(START_MS);
  return { clock, api: createLabApi({ clock, random: createRandom(seed) }) };
}

const pod = (name: string, extra: Partial<Pod['metadata']> = {}): Pod => ({
  metadata: { name, namespace: 'default', ...extra },
  spec: { containers: [{ name: 'c', image: 'registry.example/app:1' }] },
});

const configMap = (name: string, extra: object = {}): KubeObject & { data?: Record<string, string> } => ({
  metadata: { name, namespace: 'default', ...extra },
});

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ApiError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'no refusal';
}

describe('a forced deletion of a pod', () => {
  it('is told with the time of deletion and no grace, first as a change', async () => {
    const { api } = lab();
    api.create('Pod', pod('a'));
    api.bind('default', 'a', 'node-1');
    const told: string[] = [];
    api.watch('Pod', ({ type, object }) => void told.push(`${type} ${object.metadata.deletionGracePeriodSeconds ?? '-'}`));
    api.delete('Pod', 'default', 'a', { gracePeriodSeconds: 0 });
    await Promise.resolve();
    expect(told).toEqual(['ADDED -', 'MODIFIED 0', 'DELETED 0']);
  });
});

describe('the store', () => {
  it('gives a new object its uid, time, version and frozen form', () => {
    const { api } = lab();
    const made = api.create('ConfigMap', configMap('a'));
    expect(made.metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(made.metadata.creationTimestamp).toBe('2026-01-31T12:00:00Z');
    expect(Object.isFrozen(made.metadata)).toBe(true);
    expect(api.get('ConfigMap', 'default', 'a')).toBe(made);
  });

  it('makes the same names and uids from the same seed, whatever else is created in between', () => {
    const names = (noise: number): string[] => {
      const { api } = lab();
      for (let index = 0; index < noise; index++) api.create('ConfigMap', configMap('', { generateName: 'other-' }));
      const made = [1, 2].map(() => api.create('Pod', pod('', { generateName: 'web-' })));
      return made.map(({ metadata }) => `${metadata.name} ${metadata.uid}`);
    };
    expect(names(0)).toEqual(names(5));
    expect(names(0)[0]).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5} /);
  });

  it('tells watchers first what is there, then what changes, in order, after the call returned', async () => {
    const { api } = lab();
    api.create('ConfigMap', configMap('a'));
    const heard: string[] = [];
    api.watch('ConfigMap', ({ type, object }) => heard.push(`${type} ${object.metadata.name}`));
    api.create('ConfigMap', configMap('b'));
    api.delete('ConfigMap', 'default', 'a');
    expect(heard).toEqual([]);
    await Promise.resolve();
    expect(heard.filter((line) => !line.includes('kube-root-ca'))).toEqual(['ADDED a', 'ADDED b', 'DELETED a']);
  });

  it('refuses a write to an outdated version and writes nothing when nothing changed', () => {
    const { api } = lab();
    const first = api.create('ConfigMap', configMap('a'));
    api.modify<KubeObject & { data?: Record<string, string> }>('ConfigMap', 'default', 'a', (draft) => {
      draft.data = { x: '1' };
    });
    expect(refusal(() => api.update('ConfigMap', first))).toContain(
      '409 Operation cannot be fulfilled on configmaps "a": the object has been',
    );
    const before = api.get('ConfigMap', 'default', 'a');
    expect(api.modify('ConfigMap', 'default', 'a', () => {})).toBe(before);
  });

  it('finds pods by node and objects by the uid of their controller', () => {
    const { api } = lab();
    api.create<Node>('Node', { metadata: { name: 'n1', labels: { 'topology.kubernetes.io/zone': 'z1' } } });
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'u1', controller: true };
    api.create('Pod', pod('p', { ownerReferences: [owner] }));
    api.bind('default', 'p', 'n1');
    expect(api.list<Pod>('Pod', { index: { by: 'spec.nodeName', value: 'n1' } }).map(({ metadata }) => metadata.labels)).toEqual([
      { 'topology.kubernetes.io/zone': 'z1' },
    ]);
    expect(api.list('Pod', { index: { by: 'owner', value: 'u1' } })).toHaveLength(1);
    expect(refusal(() => api.bind('default', 'p', 'n1'))).toContain('pod p is already assigned to node "n1"');
  });
});

describe('deletion', () => {
  it('keeps a pod on a node until its kubelet deletes it without grace', () => {
    const { api } = lab();
    api.create('Pod', pod('p'));
    api.bind('default', 'p', 'n1');
    api.delete('Pod', 'default', 'p');
    expect(api.get('Pod', 'default', 'p')?.metadata).toMatchObject({
      deletionTimestamp: '2026-01-31T12:00:30Z',
      deletionGracePeriodSeconds: 30,
    });
    api.delete('Pod', 'default', 'p', { gracePeriodSeconds: 0 });
    expect(api.get('Pod', 'default', 'p')).toBeUndefined();
  });

  it('takes a pod without a node at once', () => {
    const { api } = lab();
    api.create('Pod', pod('p'));
    api.delete('Pod', 'default', 'p');
    expect(api.get('Pod', 'default', 'p')).toBeUndefined();
  });

  it('waits for finalizers', () => {
    const { api } = lab();
    api.create('ConfigMap', configMap('a', { finalizers: ['x.example/f'] }));
    api.delete('ConfigMap', 'default', 'a');
    expect(api.get('ConfigMap', 'default', 'a')?.metadata.deletionTimestamp).toBeDefined();
    api.modify('ConfigMap', 'default', 'a', (draft) => {
      delete draft.metadata.finalizers;
    });
    expect(api.get('ConfigMap', 'default', 'a')).toBeUndefined();
  });

  it('closes a namespace to new objects while it ends', () => {
    const { api } = lab();
    api.create('Namespace', { metadata: { name: 't' } });
    api.delete('Namespace', undefined, 't');
    expect(refusal(() => api.create('ConfigMap', { metadata: { name: 'a', namespace: 't' } }))).toContain('because it is being terminated');
    expect(refusal(() => api.create('ConfigMap', { metadata: { name: 'a', namespace: 'u' } }))).toBe('404 namespaces "u" not found');
  });
});
