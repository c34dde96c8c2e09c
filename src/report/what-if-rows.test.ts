import { expect, it } from 'vitest';
import type { Prediction, ServiceImpact } from '../whatif/index.ts';
import { whatIfRows } from './what-if-rows.ts';

const impact = (service: string, parts: Partial<ServiceImpact>): ServiceImpact => ({
  service,
  verdict: 'degraded',
  readyBefore: 2,
  lost: 0,
  down: undefined,
  partial: undefined,
  failingShare: 0,
  ...parts,
});

it('names a service that is hurt only by what it calls, as the command line does', () => {
  const span = { fromMs: 0, toMs: 48_000 };
  const prediction: Prediction = {
    failure: { kind: 'node', nodes: ['a'] },
    verdict: 'degraded',
    pods: [],
    services: [
      impact('shop/cart', { lost: 1, partial: span, failingShare: 0.5 }),
      impact('shop/page', { brokenBy: { services: ['shop/stock'], span } }),
      impact('shop/stock', { verdict: 'down', lost: 2, down: span, brokenBy: { services: ['shop/db'], span } }),
    ],
    journeys: [{ journey: 'buy', verdict: 'survives', because: [], down: undefined, brokenAlready: ['shop/mail'] }],
    timeline: [],
    settings: {
      nodeMonitorGracePeriodMs: 50_000,
      nodeMonitorPeriodMs: 5000,
      heartbeatPeriodMs: 10_000,
      noExecuteDelayMs: 100,
      defaultTolerationMs: 300_000,
      imageMs: 3000,
      readinessMs: 2000,
    },
  };
  const [row] = whatIfRows([prediction], []);
  expect(row?.down.map(({ service }) => service)).toEqual(['shop/stock']);
  expect(row?.partial).toEqual([
    { service: 'shop/cart', forMs: 48_000, failingShare: 0.5 },
    { service: 'shop/page', forMs: 48_000, failingShare: undefined },
  ]);
  expect(row?.journeys).toEqual([{ journey: 'buy', verdict: 'survives', because: [], already: true }]);
});
