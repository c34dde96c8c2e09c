import { expect, it } from 'vitest';
import { createRandom } from '../base/index.ts';
import { buildModel, snapshotFromObjects, spreadOf } from '../cluster/index.ts';
import { createStyle } from './output/style.ts';
import { renderPredictions } from './output/render-predictions.ts';
import { renderSpread } from './output/render-spread.ts';
import { sweepTelling } from './sweep-telling.ts';

const NODES = 300;
const app = { app: 'web' };
const container = { name: 'c', image: 'i' };
const nodes = Array.from({ length: NODES }, (_, index) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: `node-${index}` },
  status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' }, conditions: [{ type: 'Ready', status: 'True' }] },
}));
const web = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { replicas: 1, selector: { matchLabels: app }, template: { metadata: { labels: app }, spec: { containers: [container] } } },
};
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-1', namespace: 'shop', labels: app },
  spec: { nodeName: 'node-7', containers: [container] },
};
const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' }, spec: { selector: app } };

const model = buildModel(
  snapshotFromObjects([...nodes, web, pod, service], { source: 's', capturedAt: '2026-01-01T00:00:00Z', serverVersion: '1.36.2' }),
);
const style = createStyle(false);
const random = createRandom('s');

it('shows of hundreds of failures the worst, and says how many there are', async () => {
  const signal = new AbortController().signal;
  const predictions = await sweepTelling(model, { signal, say: () => {}, style }, { random });
  expect(predictions).toHaveLength(NODES);
  const lines = renderPredictions(predictions, style).split('\n');
  expect(lines.length).toBeLessThan(60);
  expect(lines[1]).toMatch(/^node-7 +✗ down/);
  expect(lines.join('\n')).toMatch(/the 40 worst of 300/);
  expect(lines.at(-1)).toMatch(/^Times assume: a silent node is given up after 50 s \(heartbeats every 10 s/);
});

it('ends at Ctrl-C', async () => {
  const signal = AbortSignal.abort();
  const pairs = { random, pairs: true };
  await expect(sweepTelling(model, { signal, say: () => {}, style }, pairs)).rejects.toMatchObject({ code: 'CANCELLED' });
});

it('sums the spread over hundreds of nodes up instead of drawing a column for each', () => {
  const text = renderSpread(spreadOf(model, { namespace: 'shop' }), style);
  expect(text.split('\n')[0]).toMatch(/^WORKLOAD +READY +NODES +MOST ON ONE +ZONES +PENDING$/);
  expect(text).toMatch(/^web-1 +\d\/1 +1 +1 +- /m);
});
