/** The real kubectl with a custom resource that has everything. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../_kube-api-server.ts';
import { runKubectl, type Ran } from './_run-kubectl.ts';
import { CRON_TAB, cronTab } from './crontab.ts';

let server: TestServer;
const kubectl = (line: string, input?: unknown): Promise<Ran> => runKubectl(server.kubeconfig, line.split(' '), input);

beforeAll(async () => {
  server = await startTestServer();
  expect((await kubectl('create -f -', CRON_TAB)).out).toBe(
    'customresourcedefinition.apiextensions.k8s.io/crontabs.stable.example.com created\n',
  );
  await kubectl('wait --for=condition=established --timeout=20s crd/crontabs.stable.example.com');
}, 60_000);
afterAll(() => server.stop());

describe('kubectl with a custom resource', { timeout: 60_000 }, () => {
  it('finds it by its names and categories, and shows its columns', async () => {
    expect((await kubectl('api-resources --api-group=stable.example.com --no-headers')).out).toMatch(
      /^crontabs +ct +stable\.example\.com\/v1 +true +CronTab\n$/,
    );
    expect((await kubectl('create -f -', cronTab('shown'))).code).toBe(0);
    const wide = await kubectl('get ct shown -o wide');
    expect(wide.out).toMatch(/^NAME +SPEC +REPLICAS +POLICY +AGE\nshown +\* \* \* \* \*\/5 +1 +Allow +\d+s\n$/);
    expect((await kubectl('get timers')).out).toContain('shown');
    expect((await kubectl('get crd')).out).toMatch(/^NAME +CREATED AT\ncrontabs\.stable\.example\.com +\d{4}-\d\d-\d\dT[\d:]+Z\n$/);
    expect((await kubectl('get all')).out).toContain('crontab.stable.example.com/shown');
    expect((await kubectl('get ct --field-selector spec.policy=Allow -o name')).out).toBe('crontab.stable.example.com/shown\n');
    expect((await kubectl('get ct --field-selector spec.policy=Forbid -o name')).out).toBe('');
    expect((await kubectl('get ct --field-selector spec.image=x')).err).toContain('field label not supported: spec.image');
  });

  it('is refused with every problem of an object, and with unknown fields', async () => {
    const wrong = await kubectl('create -f -', cronTab('wrong', { replicas: 'x', policy: 'Never', cronSpec: 'never' }));
    expect(wrong.err.split('\n').filter((line) => line.startsWith('*'))).toEqual([
      String.raw`* spec.cronSpec: Invalid value: "never": spec.cronSpec in body should match '^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$'`,
      '* spec.policy: Unsupported value: "Never": supported values: "Allow", "Forbid"',
      '* spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"',
      '* <nil>: Invalid value: "null": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    ]);
    expect((await kubectl('create -f -', cronTab('wrong', { replicass: 1 }))).err).toContain(
      'CronTab in version "v1" cannot be handled as a CronTab: strict decoding error: unknown field "spec.replicass"',
    );
    const warned = await kubectl('create --validate=warn -f -', cronTab('warned', { replicass: 1 }));
    expect(warned.err).toBe('Warning: unknown field "spec.replicass"\n');
    expect((await kubectl('create -f -', cronTab('wrong', { replicas: 5, maxReplicas: 3 }))).err).toBe(
      'The CronTab "wrong" is invalid: spec.replicas: Invalid value: "object": replicas 5 is more than 3\n',
    );
  });

  it('scales it, and writes its status apart', async () => {
    await kubectl('create -f -', cronTab('scaled'));
    expect((await kubectl('scale ct scaled --replicas=4')).out).toBe('crontab.stable.example.com/scaled scaled\n');
    await kubectl('patch ct scaled --subresource=status --type=merge -p {"status":{"phase":"ok"},"spec":{"replicas":9}}');
    expect((await kubectl('get ct scaled -o jsonpath={.spec.replicas},{.status.phase},{.metadata.generation}')).out).toBe('4,ok,2');
    await kubectl('patch ct scaled --type=merge -p {"status":{"phase":"lost"}}');
    expect((await kubectl('get ct scaled -o jsonpath={.status.phase}')).out).toBe('ok');
  });

  it('patches it in three ways, and hears that the fourth is none', async () => {
    await kubectl('create -f -', cronTab('patched', { schedule: 'a' }));
    expect((await kubectl('patch ct patched --type=json -p [{"op":"replace","path":"/spec/replicas","value":2}]')).code).toBe(0);
    expect((await kubectl('patch ct patched --type=merge -p {"spec":{"schedule":"b"}}')).err).toBe(
      'The CronTab "patched" is invalid: spec.schedule: Invalid value: "string": schedule is immutable\n',
    );
    expect((await kubectl('patch ct patched --type=strategic -p {"spec":{"replicas":3}}')).err).toBe(
      'error: application/strategic-merge-patch+json is not supported by stable.example.com/v1, Kind=CronTab: the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml\n',
    );
  });

  it('applies it in both ways, items of lists by their keys', async () => {
    expect((await kubectl('apply -f -', cronTab('applied', { replicas: 2 }))).out).toContain('created');
    expect((await kubectl('apply -f -', cronTab('applied', { replicas: 3 }))).out).toContain('configured');
    expect((await kubectl('apply -f -', cronTab('applied', { replicas: 3 }))).out).toContain('unchanged');
    await kubectl('apply --server-side -f -', cronTab('ours', { env: [{ name: 'a', value: '1' }] }));
    await kubectl('apply --server-side --field-manager=other -f -', cronTab('ours', { env: [{ name: 'b', value: '2' }] }));
    expect((await kubectl('get ct ours -o jsonpath={.spec.env[*].name}')).out).toBe('a b');
    expect(
      (await kubectl('apply --server-side --field-manager=third -f -', cronTab('ours', { env: [{ name: 'b', value: '3' }] }))).err,
    ).toContain('Apply failed with 1 conflict: conflict with "other": .spec.env[name="b"].value');
    await kubectl('apply --server-side -f -', cronTab('ours'));
    expect((await kubectl('get ct ours -o jsonpath={.spec.env[*].name}')).out).toBe('b');
  });

  it('reads it in an older version, with a warning', async () => {
    await kubectl('create -f -', cronTab('old'));
    const { out, err } = await kubectl('get crontabs.v1beta1.stable.example.com old -o jsonpath={.apiVersion}');
    expect([out, err]).toEqual(['stable.example.com/v1beta1', 'Warning: stable.example.com/v1beta1 CronTab is deprecated\n']);
  });

  it('explains it, and what Kubernetes has itself', async () => {
    expect((await kubectl('explain crontab.spec.cronSpec')).out).toContain('When it starts, as five fields.');
    expect((await kubectl('explain crontab.spec')).out).toMatch(/cronSpec\t<string> -required-\n {4}When it starts, as five fields\./);
    expect((await kubectl('explain deployment.spec.replicas')).out).toContain('Number of desired pods.');
    expect((await kubectl('explain hpa.spec.targetCPUUtilizationPercentage --api-version=autoscaling/v1')).out).toContain('<integer>');
    expect((await kubectl('explain resourceclaim.spec.devices.requests')).out).toContain('exactly\t<ExactDeviceRequest>');
  });

  it('deletes the definition with all of its objects', async () => {
    const own = {
      ...CRON_TAB,
      metadata: { name: 'timers.other.example.com' },
      spec: { ...CRON_TAB.spec, group: 'other.example.com', names: { plural: 'timers', kind: 'Timer' } },
    };
    await kubectl('create -f -', own);
    await kubectl('wait --for=condition=established --timeout=20s crd/timers.other.example.com');
    const timer = { ...cronTab('one'), apiVersion: 'other.example.com/v1', kind: 'Timer' };
    expect((await kubectl('create -f -', timer)).out).toBe('timer.other.example.com/one created\n');
    expect((await kubectl('delete crd timers.other.example.com --timeout=20s')).code).toBe(0);
    expect(server.api.list('timers.other.example.com')).toEqual([]);
    expect((await kubectl('get timers.other.example.com')).err).toContain('the server doesn\'t have a resource type "timers"');
  });
});
