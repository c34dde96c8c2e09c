import { describe, expect, it } from 'vitest';
import { createRandom, createVirtualClock } from '../base/index.ts';
import type { KubeObject } from '../kubernetes/index.ts';
import { createLabApi } from './kube-api/index.ts';
import { labLayout, numberedPool } from './lab-layout.ts';
import { seedTwin } from './seed-twin.ts';

const template = { spec: { serviceAccountName: 'orders', priorityClassName: 'vital', containers: [{ name: 'c', image: 'orders' }] } };
const labels = { app: 'orders' };

describe('a twin of a dump', () => {
  it('has the service accounts and priority classes that its pods name, and tells of them', () => {
    const api = createLabApi({ clock: createVirtualClock(0), random: createRandom('twin') });
    const node: KubeObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } };
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'orders-1', namespace: 'shop', labels },
      spec: { ...template.spec, priority: 7 },
    };
    const set = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'orders', namespace: 'shop' },
      spec: { serviceName: 'orders', selector: { matchLabels: labels }, template: { metadata: { labels }, ...template } },
    };
    const notes = seedTwin(api, [node, pod, set], labLayout(createRandom('twin'), 's', [numberedPool(1)]));
    expect(notes).toContain('ServiceAccount orders is not among the objects: made, as pods name it');
    expect(notes).toContain('PriorityClass vital is not among the objects: made, as pods name it');
    expect(api.get('PriorityClass', undefined, 'vital')).toMatchObject({ value: 7 });
    expect(api.create('Pod', { metadata: { name: 'orders-2', namespace: 'shop' }, ...template })).toMatchObject({ spec: { priority: 7 } });
  });
});
