/** Two invented journals as the tour makes them: node 9 of the workshop's cluster stopped, before and after the hardening. */
import { createRandom, type Random } from '../../src/base/index.ts';
import type { ActivityRun, Journal } from '../../src/experiment/index.ts';
import { judgeRecord, summarise, type JourneyRecord, type StepResult } from '../../src/journeys/index.ts';
import type { FaultSpan, JournalSections, ReportInput, SpreadSection, TimelineEvent } from '../../src/report/index.ts';
import type { Prediction, ServiceImpact } from '../../src/whatif/index.ts';

const POOL = 'aks-nodepool1-36421985-vmss';
export const NODES: readonly string[] = [`${POOL}000000`, `${POOL}000009`, `${POOL}00000a`];
const NODE_9 = `${POOL}000009`;
const START = Date.parse('2026-11-22T10:00:00Z');
/** Seconds after the start. */
const FAULT_S = 60;

/** Name, pods per node before, pods per node after. */
const WORKLOADS: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ['ca-deploy', [0, 0, 1], [1, 0, 1]],
  ['frontend-deploy', [0, 1, 0], [1, 1, 0]],
  ['mssql-deployment', [0, 1, 0], [0, 0, 0]],
  ['resources-deploy', [0, 0, 1], [0, 1, 1]],
  ['resources-function-deploy', [0, 0, 1], [1, 0, 1]],
  ['search-deploy', [2, 0, 0], [1, 0, 1]],
  ['search-function-deploy', [0, 0, 1], [0, 1, 1]],
  ['textanalytics-function-deploy', [0, 0, 1], [1, 1, 0]],
  ['visitreports-deploy', [0, 1, 0], [0, 1, 1]],
];

const iso = (seconds: number): string => new Date(START + seconds * 1000).toISOString();
const at = (seconds: number): number => START + seconds * 1000;

function spread(after: boolean): SpreadSection {
  const workloads = WORKLOADS.filter(([name]) => !after || name !== 'mssql-deployment').map(([name, before, later]) => {
    const perNode = after ? later : before;
    const replicas = perNode.reduce((sum, count) => sum + count, 0);
    return {
      id: `Deployment/contactsapp/${name}`,
      kind: 'Deployment',
      name,
      namespace: 'contactsapp',
      replicas,
      ready: replicas,
      perNode,
      pending: 0,
      services: SERVICES_OF[name] === undefined ? [] : [`contactsapp/${SERVICES_OF[name]}`],
    };
  });
  const findings = after
    ? []
    : ([
        {
          rule: 'replicas-on-one-node',
          severity: 'high',
          subject: 'Deployment/contactsapp/search-deploy',
          message: 'search-deploy: both replicas on …vmss000000',
        },
        { rule: 'single-replica', severity: 'high', subject: 'contactsapp', message: 'eight deployments have one replica' },
      ] as const);
  return { namespace: 'contactsapp', nodes: NODES.map((name) => ({ name, zone: undefined, ready: true })), workloads, findings };
}

const SERVICES_OF: Readonly<Record<string, string>> = {
  'ca-deploy': 'contacts',
  'frontend-deploy': 'frontend',
  'mssql-deployment': 'mssql',
  'resources-deploy': 'resources',
  'search-deploy': 'search',
  'visitreports-deploy': 'visitreports',
};

function impactOf(service: string, perNode: readonly number[], node: number): ServiceImpact[] {
  const lost = perNode[node] ?? 0;
  const readyBefore = perNode.reduce((sum, count) => sum + count, 0);
  if (lost === 0) return [];
  const whole = lost === readyBefore;
  const span = { fromMs: 0, toMs: whole ? 352_000 : 48_000 };
  return [
    {
      service: `contactsapp/${service}`,
      verdict: whole ? 'down' : 'degraded',
      readyBefore,
      lost,
      down: whole ? span : undefined,
      partial: whole ? undefined : span,
      failingShare: lost / readyBefore,
    },
  ];
}

function prediction(after: boolean, node: number): Prediction {
  const placed = WORKLOADS.filter(([name]) => !after || name !== 'mssql-deployment');
  const services = placed.flatMap(([name, before, later]) => {
    const service = SERVICES_OF[name];
    if (service === undefined) return [];
    // Contacts need the database: it takes them down with it.
    if (service === 'contacts' && !after && node === 1) return impactOf(service, [0, 1, 0], 1);
    return impactOf(service, after ? later : before, node);
  });
  const down = services.filter((service) => service.down !== undefined).map(({ service }) => service);
  const step = (seconds: number, what: string) => ({
    atMs: seconds * 1000,
    earliestMs: seconds * 1000 - 4000,
    latestMs: seconds * 1000 + 6000,
    what,
  });
  return {
    failure: { kind: 'node', nodes: [NODES[node] ?? ''] },
    verdict: down.length > 0 ? 'down' : 'degraded',
    pods: placed.flatMap(([name, before, later]) =>
      Array.from({ length: (after ? later : before)[node] ?? 0 }, (_, index) => ({
        namespace: 'contactsapp',
        name: `${name}-7d68559-${index}`,
        node: NODES[node] ?? '',
        workload: `Deployment/contactsapp/${name}`,
        fate: after ? ('pending' as const) : ('replaced' as const),
        evictedAtMs: 347_000,
        replacement: after
          ? {
              node: undefined,
              message: "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match pod anti-affinity rules.",
            }
          : { node: NODES[(node + 1) % 3] ?? '', readyAtMs: 352_000 },
      })),
    ),
    services,
    journeys: [
      {
        journey: 'contacts',
        verdict: down.length > 0 ? 'down' : 'degraded',
        because: down,
        down: { fromMs: 0, toMs: down.length > 0 ? 352_000 : 48_000 },
      },
    ],
    timeline: [
      step(0, 'the node stops'),
      step(47, 'node NotReady, its endpoints leave'),
      step(47.1, 'taint unreachable:NoExecute'),
      ...(after ? [] : [step(347, 'pods are evicted'), step(352, 'replacements ready')]),
    ],
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
}

const STEPS: readonly (readonly [string, string])[] = [
  ["see the frontend's page", 'frontend'],
  ['add a contact', 'contacts'],
  ['read the contact', 'contacts'],
  ['find it by search', 'search'],
  ['read visit reports', 'visitreports'],
];

/** Which share of a service's requests fails at a second. */
type FailingShare = (service: string, second: number) => number;

function journey(random: Random, lengthS: number, undoneS: number, failing: FailingShare): JourneyRecord {
  const results: StepResult[] = [];
  for (let second = 0; second < lengthS; second++) {
    for (const [index, [step, service]] of STEPS.entries()) {
      if (second > 200 && second < 206) continue; // the measuring machine was busy
      const startS = second + index * 0.04;
      const ok = random.next() >= failing(service, startS);
      const latencyMs = ok ? 14 + random.next() ** 4 * 160 + (service === 'search' ? 25 : 0) : 2000;
      const failure = ok ? undefined : 'no answer within 2 s';
      results.push({
        step,
        service: `contactsapp/${service}`,
        connection: second % 2 === 0 ? 'fresh' : 'kept-alive',
        iteration: second,
        startMs: at(startS),
        latencyMs,
        ok,
        status: ok ? 200 : undefined,
        failure,
      });
    }
  }
  const skipped = Array.from({ length: 6 }, (_, index) => ({ atMs: at(200 + index), reason: 'the measuring machine was busy' }));
  const recording = { journey: 'contacts', ratePerSecond: 1, fromMs: START, toMs: at(lengthS), results, skipped };
  const record = summarise(recording, { phases: { duringFromMs: at(FAULT_S), duringToMs: at(undoneS) } });
  return { ...record, verdict: judgeRecord(record, { longestOutageMs: 90_000, availability: undefined }, at(FAULT_S)) };
}

function timeline(after: boolean, undoneS: number): TimelineEvent[] {
  const event = (second: number, lane: TimelineEvent['lane'], subject: string, what: string, tone: TimelineEvent['tone']) => ({
    atMs: at(second),
    lane,
    subject,
    what,
    tone,
  });
  const lost = WORKLOADS.filter(
    ([name, before, later]) => ((after ? later : before)[1] ?? 0) > 0 && (!after || name !== 'mssql-deployment'),
  );
  const services = lost.flatMap(([name]) => SERVICES_OF[name] ?? []);
  return [
    event(FAULT_S, 'power', 'instance 9', 'power off asked', 'bad'),
    event(FAULT_S + 31, 'power', 'instance 9', 'stopped', 'bad'),
    event(undoneS - 22, 'power', 'instance 9', 'start asked', 'neutral'),
    event(undoneS, 'power', 'instance 9', 'running', 'good'),
    event(FAULT_S + 46.2, 'node', NODE_9, 'NotReady', 'bad'),
    event(undoneS + 24, 'node', NODE_9, 'Ready', 'good'),
    ...services.flatMap((service) => [
      event(FAULT_S + 46.3, 'endpoints', `contactsapp/${service}`, after ? '1 ready endpoint' : 'no ready endpoint', 'bad'),
      ...(after
        ? [event(undoneS + 25, 'endpoints', `contactsapp/${service}`, '2 ready endpoints', 'good')]
        : [event(FAULT_S + 354, 'endpoints', `contactsapp/${service}`, '1 ready endpoint', 'good')]),
    ]),
    ...(after
      ? []
      : lost.flatMap(([name]) => [
          event(FAULT_S + 346.4, 'pod', name, 'evicted, a replacement is created', 'bad'),
          event(FAULT_S + 353, 'pod', name, 'replacement ready', 'good'),
        ])),
    event(undoneS + 24, 'undo', 'start instance 9', 'running, node Ready: verified', 'good'),
  ];
}

function activityRun(
  name: string,
  type: 'probe' | 'action',
  second: number,
  duration: number,
  more: Partial<ActivityRun> = {},
): ActivityRun {
  const activity = { type, name, provider: { type: 'http', url: 'https://shop.example/' } };
  return { activity, output: { status: 200 }, start: iso(second), status: 'succeeded', end: iso(second + duration), duration, ...more };
}

const PROBES = ['frontend answers', 'contacts answer', 'search answers', 'visit reports answer'];

function journal(after: boolean): Journal {
  const undoneS = FAULT_S + 420;
  const lengthS = undoneS + 70;
  const probes = (second: number, failed: boolean) =>
    PROBES.map((name, index) =>
      activityRun(name, 'probe', second + index, 0.1, {
        tolerance_met: !(failed && index !== 2),
        ...(failed && index !== 2 ? { output: { status: 503 } } : {}),
      }),
    );
  const failing: FailingShare = (service, second) => {
    const since = second - FAULT_S;
    const hit = after ? ['frontend', 'visitreports'] : ['frontend', 'contacts', 'visitreports'];
    if (!hit.includes(service) || since < 0) return 0;
    return after ? (since < 46.5 ? 0.5 : 0) : since < 354 ? 1 : 0;
  };
  const faults: FaultSpan[] = [{ node: NODE_9, atMs: at(FAULT_S), undoneAtMs: at(undoneS) }];
  const sections: JournalSections = {
    spread: spread(after),
    prediction: [0, 1, 2].map((node) => prediction(after, node)),
    journeys: [journey(createRandom(after ? 'after' : 'before'), lengthS, undoneS, failing)],
    timeline: timeline(after, undoneS),
    faults,
  };
  return {
    'chaoslib-version': '1.45.0',
    platform: 'Linux',
    node: 'workstation',
    experiment: {
      title: 'What happens to our application when one node is down?',
      description: 'A random instance of the scale set is stopped while users go on with their work.',
      method: [],
    },
    start: iso(0),
    status: 'completed',
    deviated: !after,
    steady_states: {
      before: { steady_state_met: true, probes: probes(20, false) },
      after: { steady_state_met: after, probes: probes(FAULT_S + 95, !after) },
      during: [],
    },
    run: [
      activityRun('stop a random instance', 'action', FAULT_S, 31, { output: [{ name: '9' }] }),
      activityRun('wait', 'action', FAULT_S + 32, 60, { output: null }),
    ],
    rollbacks: [activityRun('start the instance again', 'action', undoneS - 22, 46)],
    end: iso(lengthS),
    duration: lengthS,
    evenkeel: {
      schema: 1,
      runId: after ? '20261122-1012-keen' : '20261122-1000-calm',
      seed: 'tour',
      outcome: after ? 'as-hoped' : 'deviated',
      speed: 20,
      undo: [
        {
          undo: 'azure/start-vmss-instances',
          summary: 'start instance 9 of aks-nodepool1-36421985-vmss',
          status: 'mended',
          detail: ['instance 9: running', `node ${NODE_9}: Ready`],
          plannedAt: iso(FAULT_S - 1),
          finishedAt: iso(undoneS + 24),
        },
      ],
      sections: { ...sections },
    },
  };
}

const PLAN: NonNullable<ReportInput['plan']> = {
  changes: WORKLOADS.filter(([name]) => name !== 'mssql-deployment').flatMap(([name]) => {
    const common = {
      workload: `Deployment/contactsapp/${name}`,
      target: { kind: 'Deployment', namespace: 'contactsapp', name },
      creates: false,
      apply: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'contactsapp' } },
    };
    return [
      ...(name === 'search-deploy'
        ? []
        : [{ ...common, fix: 'replicas', summary: 'replicas 1 -> 2', why: 'one pod can not survive the loss of its node' }]),
      {
        ...common,
        fix: 'anti-affinity',
        summary: 'required anti-affinity on kubernetes.io/hostname',
        why: 'two replicas on one node are lost together',
      },
    ];
  }),
  leftAlone: [
    {
      workload: 'Deployment/contactsapp/mssql-deployment',
      reason: 'it is a database with a single instance',
      suggestion: 'Move it to a managed database, or make it a replicated one.',
    },
  ],
  proof: [
    { claim: 'It fits now', holds: true, detail: '17 pods on 3 nodes; 61 % of the processors are asked for' },
    { claim: 'Each single node failure leaves at least 1 ready', holds: true, detail: '3 of 3 failures simulated' },
    { claim: 'The rollout can not deadlock', holds: true, detail: '2 replicas on 3 nodes with a surge of 1' },
    {
      claim: 'Replacements find a place, or wait without harm',
      holds: true,
      detail: 'with 2 of 3 nodes left, 5 replicas stay Pending until the node returns; the others serve meanwhile',
    },
  ],
  proven: true,
  remaining: [
    {
      service: 'contactsapp/mssql',
      workload: 'Deployment/contactsapp/mssql-deployment',
      why: 'the database in the cluster is the one single point of failure',
    },
  ],
};

/** The report of the tour, in shape and size. */
export function reportFixture(): ReportInput {
  return {
    title: 'contactsapp on aks-shop: one node down',
    generatedAt: '2026-11-22T10:30:00Z',
    runs: [
      { label: 'before', journal: journal(false) },
      { label: 'after', journal: journal(true) },
    ],
    plan: PLAN,
    notes: [
      'The plan was applied and its rollout watched to the end (2 min 10 s).',
      'Contacts were moved to a managed database outside the nodes.',
    ],
  };
}
