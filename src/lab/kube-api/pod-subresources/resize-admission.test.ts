/** A resize asks for more as a new pod does. Source: pkg/quota/v1/evaluator/core/pods.go Handles, plugin/pkg/admission/limitranger. */
import { expect, it } from 'vitest';
import { createRandom, createVirtualClock } from '../../../base/index.ts';
import type { LimitRange, Pod, ResourceQuota } from '../../../kubernetes/index.ts';
import { copyJson } from '../json.ts';
import { createLabApi, type LabApi } from '../index.ts';
import { insideOf } from '../lab-api.ts';
import type { Stored } from '../store.ts';
import { causesOf } from '../validation/_test-pods.ts';
import { resize } from './resize.ts';

function labWithPod(): LabApi {
  const api = createLabApi({ clock: createVirtualClock(0), random: createRandom('resize') });
  const resources = { requests: { cpu: '100m' }, limits: { cpu: '500m' } };
  const spec = { containers: [{ name: 'c', image: 'registry.example/app:1', resources }] };
  const quota: ResourceQuota = { metadata: { name: 'q', namespace: 'default' }, spec: { hard: { 'requests.cpu': '300m' } } };
  api.create('ResourceQuota', quota);
  api.modify<ResourceQuota>(
    'ResourceQuota',
    'default',
    'q',
    (draft) => void (draft.status = { hard: { 'requests.cpu': '300m' }, used: { 'requests.cpu': '0' } }),
    { subresource: 'status' },
  );
  api.create<Pod>('Pod', { metadata: { name: 'p', namespace: 'default' }, spec });
  return api;
}

function resizeTo(api: LabApi, cpu: string, dryRun = false): void {
  const wanted = copyJson(api.get<Pod>('Pod', 'default', 'p')) as unknown as Stored; // a pod of the store
  Object.assign(wanted, { spec: { containers: [{ name: 'c', resources: { requests: { cpu }, limits: { cpu: '500m' } } }] } });
  insideOf(api).writer.update('Pod', wanted, { part: resize, dryRun });
}

const used = (api: LabApi): unknown => api.get<ResourceQuota>('ResourceQuota', 'default', 'q')?.status?.used;

it('a resize is charged with what it asks for beyond what the pod had, and refused beyond the quota', () => {
  const api = labWithPod();
  expect(causesOf(() => resizeTo(api, '400m'))).toEqual([
    'pods "p" is forbidden: exceeded quota: q, requested: requests.cpu=300m, used: requests.cpu=100m, limited: requests.cpu=300m',
  ]);
  resizeTo(api, '250m', true);
  expect(used(api)).toEqual({ 'requests.cpu': '100m' });
  resizeTo(api, '250m');
  expect(used(api)).toEqual({ 'requests.cpu': '250m' });
});

it('a resize stays within the ranges of the namespace; other changes of a pod are not asked', () => {
  const api = labWithPod();
  const limits = [{ type: 'Container', min: { cpu: '120m' } }];
  api.create<LimitRange>('LimitRange', { metadata: { name: 'r', namespace: 'default' }, spec: { limits } });
  api.modify<Pod>('Pod', 'default', 'p', (draft) => void (draft.metadata.labels = { a: 'b' }));
  expect(causesOf(() => resizeTo(api, '110m'))).toEqual([
    'pods "p" is forbidden: minimum cpu usage per Container is 120m, but request is 110m',
  ]);
  resizeTo(api, '150m');
});
