/** What may change of a pod that stands, of its status, and what the server says to the rest. */
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../kubernetes/index.ts';
import type { Draft, LabApi } from '../index.ts';
import { causesOf, testApi, testPod } from './_test-pods.ts';

type Change = (spec: NonNullable<Draft<Pod>['spec']>) => void;

const ONLY =
  'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n';

function changed(spec: object, change: Change, api: LabApi = testApi()): string[] {
  api.create('Pod', testPod(spec));
  return causesOf(() =>
    api.modify<Pod>('Pod', 'default', 'p', (draft) => {
      if (draft.spec) change(draft.spec);
    }),
  );
}

const first = (spec: Parameters<Change>[0]): { image?: string; args?: string[] } => spec.containers[0] ?? {};

describe('of a pod that stands', () => {
  it.each<[string, object, Change]>([
    ['its images', {}, (spec) => void (first(spec).image = 'other')],
    ['its deadline, set and made shorter', { activeDeadlineSeconds: 9 }, (spec) => void (spec.activeDeadlineSeconds = 8)],
    ['more tolerations', {}, (spec) => void spec.tolerations?.push({ key: 'a', operator: 'Exists' })],
    ['how long it tolerates', {}, (spec) => (spec.tolerations ?? []).forEach((toleration) => (toleration.tolerationSeconds = 5))],
    ['fewer gates', { schedulingGates: [{ name: 'a' }, { name: 'b' }] }, (spec) => void spec.schedulingGates?.pop()],
    ['a negative grace, to one second', { terminationGracePeriodSeconds: -1 }, (spec) => void (spec.terminationGracePeriodSeconds = 1)],
    [
      'where a gated one may run, more narrowly',
      { schedulingGates: [{ name: 'a' }], nodeSelector: { a: 'b' } },
      (spec) => void (spec.nodeSelector = { a: 'b', c: 'd' }),
    ],
  ])('%s may change', (_what, spec, change) => {
    expect(changed(spec, change)).toEqual([]);
  });

  it.each<[string, object, Change, string[]]>([
    [
      'containers',
      {},
      (spec) => void spec.containers.push({ name: 'd', image: 'i' }),
      ['spec.containers: Forbidden: pod updates may not add or remove containers'],
    ],
    [
      'a longer deadline',
      { activeDeadlineSeconds: 9 },
      (spec) => void (spec.activeDeadlineSeconds = 10),
      ['spec.activeDeadlineSeconds: Invalid value: 10: must be less than or equal to previous value'],
    ],
    [
      'fewer tolerations',
      {},
      (spec) => void spec.tolerations?.pop(),
      ['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
    ],
    [
      'new gates',
      {},
      (spec) => void (spec.schedulingGates = [{ name: 'g' }]),
      ["spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'g'"],
    ],
    [
      'where a gated one may run, more widely',
      { schedulingGates: [{ name: 'a' }], nodeSelector: { a: 'b' } },
      (spec) => void (spec.nodeSelector = { c: 'd' }),
      ['spec.nodeSelector: Invalid value: {"c":"d"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)'],
    ],
  ])('%s may not', (_what, spec, change, causes) => {
    expect(changed(spec, change)).toEqual(causes);
  });

  it('anything else may not, and the server shows what would have changed', () => {
    const [cause = '', ...others] = changed({}, (spec) => void (first(spec).args = ['x']));
    expect(others).toEqual([]);
    expect(cause.startsWith(ONLY)).toBe(true);
    const shown = cause.slice(ONLY.length).split('\n');
    expect(shown[0]).toMatch(/^@@ -\d+,7 \+\d+,9 @@$/);
    expect(shown.slice(1)).toEqual([
      '    "Name": "c",',
      '    "Image": "i",',
      '    "Command": null,',
      '-   "Args": null,',
      '+   "Args": [',
      '+    "x"',
      '+   ],',
      '    "WorkingDir": "",',
      '    "Ports": null,',
      '    "EnvFrom": null,',
      '',
    ]);
  });
});

describe("a pod's status", () => {
  const report = (status: Draft<NonNullable<Pod['status']>>, next: Draft<NonNullable<Pod['status']>>, spec: object = {}): string[] => {
    const api = testApi();
    api.create('Pod', testPod(spec));
    const write = (written: typeof status): unknown =>
      api.modify<Pod>('Pod', 'default', 'p', (draft) => void (draft.status = { ...draft.status, ...written }), { subresource: 'status' });
    write(status);
    return causesOf(() => write(next));
  };
  const terminated = { name: 'c', ready: false, image: '', imageID: '', restartCount: 0, state: { terminated: { exitCode: 1 } } };
  const running = { ...terminated, state: { running: {} } };

  it('brings nothing back that has ended for good', () => {
    const [ended, again] = [{ containerStatuses: [terminated] }, { containerStatuses: [running] }];
    expect(report(ended, again, { restartPolicy: 'Never' })).toEqual([
      'status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state',
    ]);
    expect(report(ended, again, { restartPolicy: 'OnFailure' })).toEqual([]);
  });

  it('has addresses, one of each family, and keeps its class', () => {
    expect(report({}, { podIPs: [{ ip: '1.1.1.1' }, { ip: 'x' }] })).toContain(
      'status.podIPs[1]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    );
    expect(report({}, { podIPs: [{ ip: '1.1.1.1' }, { ip: '::1' }] })).toEqual([]);
    expect(report({}, { qosClass: 'Guaranteed' })).toEqual(['status.qosClass: Invalid value: "Guaranteed": field is immutable']);
  });
});
