import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../base/index.ts';
import { createStyle } from '../output/style.ts';
import { type RollingKind, rolloutState } from './rollout-state.ts';
import { waitForTargets } from './wait-for-rollouts.ts';

const object = (spec: object, status: object) => ({
  metadata: { name: 'x', generation: 2 },
  spec,
  status: { observedGeneration: 2, ...status },
});

describe('rolloutState', () => {
  it.each<readonly [string, RollingKind, object, object, string, string]>([
    [
      'Deployment',
      'Deployment',
      { replicas: 2 },
      { replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
      'done',
      '2 of 2 updated, 2 available',
    ],
    [
      'Deployment with an old pod',
      'Deployment',
      { replicas: 2 },
      { replicas: 3, updatedReplicas: 2, availableReplicas: 3 },
      'going on',
      '2 of 2 updated, 3 available, 1 of the old ones left',
    ],
    ['Deployment of none', 'Deployment', { replicas: 0 }, {}, 'done', '0 of 0 updated, 0 available'],
    [
      'Deployment that is not looked at',
      'Deployment',
      { replicas: 1 },
      { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
      'going on',
      'not looked at yet',
    ],
    [
      'Deployment beyond its deadline',
      'Deployment',
      { replicas: 1 },
      { conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'too late' }] },
      'stuck',
      'too late',
    ],
    [
      'StatefulSet',
      'StatefulSet',
      { replicas: 2 },
      { replicas: 2, readyReplicas: 2, currentRevision: 'b', updateRevision: 'b' },
      'done',
      '2 of 2 updated, 2 available',
    ],
    [
      'StatefulSet half way',
      'StatefulSet',
      { replicas: 2 },
      { replicas: 2, readyReplicas: 1, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b' },
      'going on',
      '1 of 2 updated, 1 available',
    ],
    [
      'StatefulSet scaled up',
      'StatefulSet',
      { replicas: 3 },
      { replicas: 2, readyReplicas: 2, currentRevision: 'b', updateRevision: 'b' },
      'going on',
      '3 of 3 updated, 2 available',
    ],
    [
      'StatefulSet up to its partition',
      'StatefulSet',
      { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } },
      { replicas: 3, readyReplicas: 3, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b' },
      'done',
      '1 of 1 updated, 3 available',
    ],
    [
      'StatefulSet that waits for a hand',
      'StatefulSet',
      { replicas: 1, updateStrategy: { type: 'OnDelete' } },
      { replicas: 1, readyReplicas: 1, currentRevision: 'a', updateRevision: 'b' },
      'unattended',
      'updateStrategy OnDelete',
    ],
    [
      'DaemonSet',
      'DaemonSet',
      {},
      { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 },
      'done',
      '3 of 3 updated, 3 available',
    ],
    [
      'DaemonSet half way',
      'DaemonSet',
      {},
      { desiredNumberScheduled: 3, updatedNumberScheduled: 2, numberAvailable: 2 },
      'going on',
      '2 of 3 updated, 2 available',
    ],
  ])('of a %s', (_, kind, spec, status, state, words) => {
    expect(rolloutState(kind, object(spec, status) as Parameters<typeof rolloutState>[1])).toEqual({ state, words }); // the fields that are read
  });
});

describe('waitForTargets', () => {
  const database = { kind: 'StatefulSet', namespace: 'shop', name: 'db' } as const;
  const waitFor = (states: readonly object[]) => {
    const clock = createVirtualClock(0);
    const said: string[] = [];
    let index = 0;
    const get = (): Promise<never> => Promise.resolve(states[Math.min(index++, states.length - 1)] as never); // the fields that are read
    const ended = waitForTargets(
      [database],
      { get },
      { clock, signal: new AbortController().signal, say: (line) => void said.push(line), style: createStyle(false) },
    );
    return { clock, said, ended };
  };
  const half = object({ replicas: 2 }, { replicas: 2, readyReplicas: 1, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b' });
  const whole = object({ replicas: 2 }, { replicas: 2, readyReplicas: 2, updatedReplicas: 2, currentRevision: 'b', updateRevision: 'b' });

  it('waits for a StatefulSet, and tells each step once', async () => {
    const { clock, said, ended } = waitFor([half, half, whole]);
    await clock.advance(10_000);
    await ended;
    expect(said.map((line) => line.trim())).toEqual(['… db: 1 of 2 updated, 1 available 0 s', '✓ db is rolled out 4 s']);
  });

  it('gives up after a while, with how far it came and where to look', async () => {
    const { clock, ended } = waitFor([half]);
    const failed = expect(ended).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: 'not rolled out after 15 min: db (1 of 2 updated, 1 available)',
      hint: expect.stringContaining('kubectl describe -n shop statefulset db') as string,
    });
    await clock.advance(16 * 60_000);
    await failed;
  });
});
