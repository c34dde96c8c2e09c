/** The client, the driver and kubectl in a namespace of their own: in a lab, and in the cluster of `EVENKEEL_TEST_KUBECONFIG` when it is set. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom, silentLogger } from '../../src/base/index.ts';
import { createKubernetesClient, loadKubeconfig } from '../../src/clients/index.ts';
import { createKubernetesDriver } from '../../src/drivers/kubernetes/index.ts';
import type { UndoPlan } from '../../src/experiment/index.ts';
import type { KubeObject, Pod } from '../../src/kubernetes/index.ts';
import { INSTALLED_KUBECTL, kubectlPath } from './_kubectl.ts';
import { kind, TARGETS, type Target } from './_target.ts';
import { FILES_ANYWHERE, STEPS_ANYWHERE } from './kubectl-session/anywhere.ts';
import { tryStep } from './kubectl-session/try-step.ts';

const OPEN_LIMIT_MS = 120_000;
const LIMIT_MS = 300_000;
/** Seconds of the target. */
const PATIENCE = 120;
const MAPS = kind('ConfigMap');
const DEPLOYMENTS = kind('Deployment');

type ConfigMap = KubeObject & { readonly data?: Readonly<Record<string, string>> };
type Deployment = KubeObject & { readonly spec: { readonly replicas: number } };

describe.each(TARGETS)('in $name', ({ open }) => {
  let target: Target;
  beforeAll(async () => {
    target = await open();
  }, OPEN_LIMIT_MS);
  afterAll(() => target.close(), OPEN_LIMIT_MS);

  const map = (name: string, data: Readonly<Record<string, string>>, labels?: Readonly<Record<string, string>>): ConfigMap => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: target.namespace, ...(labels && { labels }) },
    data,
  });

  describe('the client', () => {
    it('creates, reads, changes and deletes', async () => {
      const { client, namespace } = target;
      const made = await client.create(MAPS, map('m', { a: '1' }));
      expect(made.metadata.uid).toBeDefined();
      await expect(client.create(MAPS, map('m', {}))).rejects.toMatchObject({ code: 'CONFLICT' });
      await client.patch(MAPS, namespace, 'm', { data: { b: '2' } }, { type: 'merge' });
      expect(await client.get(MAPS, namespace, 'm')).toMatchObject({ data: { a: '1', b: '2' } });
      await expect(client.replace(MAPS, made)).rejects.toMatchObject({ code: 'CONFLICT' });
      await client.delete(MAPS, namespace, 'm');
      await expect(client.get(MAPS, namespace, 'm')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('leaves nothing behind after a dry run, and is told what is wrong with an object', async () => {
      const { client, namespace } = target;
      expect((await client.create(MAPS, map('dry', {}), { dryRun: true })).metadata.uid).toBeDefined();
      await expect(client.get(MAPS, namespace, 'dry')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(client.create(MAPS, map('Upper', {}))).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        message: expect.stringContaining(
          'ConfigMap "Upper" is invalid: metadata.name: Invalid value: "Upper": a lowercase RFC 1123 subdomain',
        ),
      });
    });

    it('sees every change of what it watches, and no other', async () => {
      const { client, namespace } = target;
      const seen: string[] = [];
      const stop = new AbortController();
      for await (const event of client.watch<ConfigMap>(MAPS, { namespace, labelSelector: 'watched=yes', signal: stop.signal })) {
        seen.push(event.type === 'RESET' ? `RESET ${event.objects.length}` : `${event.type} ${event.object.metadata.name}`);
        if (seen.length === 1) {
          await client.create(MAPS, map('other', {}));
          await client.create(MAPS, map('w', {}, { watched: 'yes' }));
        }
        if (seen.length === 2) await client.patch(MAPS, namespace, 'w', { data: { c: '3' } }, { type: 'strategic' });
        if (seen.length === 3) await client.delete(MAPS, namespace, 'w');
        if (seen.length === 4) stop.abort();
      }
      expect(seen).toEqual(['RESET 0', 'ADDED w', 'MODIFIED w', 'DELETED w']);
    });

    it('is told whose field it would take when it applies', async () => {
      const { client, namespace } = target;
      const apply = (owner: string, force = false): Promise<ConfigMap> =>
        client.patch(MAPS, namespace, 'applied', map('applied', { owner }), { type: 'apply', fieldManager: owner, force });
      await apply('one');
      await expect(apply('two')).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('conflict with "one"') });
      expect((await apply('two', true)).data).toEqual({ owner: 'two' });
    });
  });

  describe('the driver', () => {
    const surroundings = () => ({
      clock: target.clock,
      random: createRandom('driver'),
      log: silentLogger,
      signal: AbortSignal.timeout(LIMIT_MS),
      env: {},
      configuration: {},
      secrets: {},
    });
    const { activities, undos } = createKubernetesDriver(async () =>
      createKubernetesClient(await loadKubeconfig({ env: { ...process.env, KUBECONFIG: target.kubeconfig } }), {
        clock: target.clock,
        log: silentLogger,
        defaultTimeoutMs: 30_000 * target.speed,
      }),
    );
    const plans: UndoPlan[] = [];
    /** Of this namespace, whatever is asked. */
    const run = (name: string, args: Record<string, unknown> = {}): unknown =>
      activities
        .find((activity) => activity.name === `kubernetes/${name}`)
        ?.run(
          { ...args, ns: target.namespace },
          { ...surroundings(), activityName: name, undo: { plan: async (plan) => void plans.push(plan) } },
        );
    const mend = async (): Promise<unknown> => {
      const plan = plans.pop();
      return undos.find(({ name }) => name === plan?.undo)?.run(plan?.state ?? {}, surroundings());
    };
    const podNames = async (): Promise<string[]> => {
      const { items } = await target.client.list<Pod>(kind('Pod'), { namespace: target.namespace, labelSelector: 'app=web' });
      return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.name);
    };
    const isAvailable = (timeout = PATIENCE): unknown => run('deployment-fully-available', { name: 'web', timeout });
    /** Resolves when none of them is left. */
    const areGone = async (names: readonly string[]): Promise<void> => {
      await expect
        .poll(async () => (await podNames()).filter((name) => names.includes(name)), { timeout: 60_000, interval: 100 })
        .toEqual([]);
    };

    beforeAll(async () => {
      const resources = { requests: { cpu: '5m', memory: '8Mi' }, limits: { cpu: '50m', memory: '32Mi' } };
      const containers = [{ name: 'pause', image: 'registry.k8s.io/pause:3.10', resources }];
      const template = { metadata: { labels: { app: 'web' } }, spec: { terminationGracePeriodSeconds: 1, containers } };
      const spec = { replicas: 2, selector: { matchLabels: { app: 'web' } }, template };
      const web: Deployment = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace: target.namespace },
        spec,
      };
      await target.client.create(DEPLOYMENTS, web);
      expect(await isAvailable()).toBe(true);
    }, LIMIT_MS);

    it('reads how a workload is', async () => {
      expect(await run('deployment-available-and-healthy', { name: 'web' })).toBe(true);
      expect(await run('count-pods', { label_selector: 'app=web', phase: 'Running' })).toBe(2);
      expect(await run('pods-in-phase', { label_selector: 'app=web', phase: 'Running' })).toBe(true);
      await expect(run('deployment-available-and-healthy', { name: 'nope' })).rejects.toMatchObject({ code: 'TARGET_FAILED' });
    });

    it(
      'deletes pods, which come back under other names',
      async () => {
        const before = await podNames();
        expect(await run('terminate-pods', { label_selector: 'app=web', all: true, grace_period: 0 })).toEqual(before.toSorted());
        await areGone(before);
        await expect.poll(podNames, { timeout: 60_000, interval: 100 }).toHaveLength(2);
        expect(await isAvailable()).toBe(true);
      },
      LIMIT_MS,
    );

    it(
      'restarts a workload by a rollout',
      async () => {
        const before = await podNames();
        await run('rollout-deployment', { name: 'web' });
        await areGone(before);
        expect(await isAvailable()).toBe(true);
      },
      LIMIT_MS,
    );

    it(
      'scales a workload, and back',
      async () => {
        const replicas = async (): Promise<number> =>
          (await target.client.get<Deployment>(DEPLOYMENTS, target.namespace, 'web')).spec.replicas;
        await run('scale-deployment', { name: 'web', replicas: 0 });
        expect(await replicas()).toBe(0);
        await expect.poll(podNames, { timeout: 60_000, interval: 100 }).toEqual([]);
        expect(await mend()).toMatchObject({ mended: true, detail: [`Deployment ${target.namespace}/web: 2 replicas`] });
        expect(await replicas()).toBe(2);
      },
      LIMIT_MS,
    );

    it('denies traffic, and lifts what it made but not what was there before', async () => {
      const policies = async (): Promise<number> =>
        (await target.client.list(kind('NetworkPolicy'), { namespace: target.namespace })).items.length;
      await run('deny-all-ingress');
      expect(await policies()).toBe(1);
      const [plan] = plans;
      await expect(run('deny-all-ingress')).rejects.toMatchObject({ code: 'CONFLICT' });
      plans.splice(0, Infinity, ...(plan === undefined ? [] : [plan, plan]));
      expect(await mend()).toMatchObject({ mended: true, alreadyDone: false });
      expect(await policies()).toBe(0);
      expect(await mend()).toMatchObject({ mended: true, alreadyDone: true });
    });
  });

  it(
    `kubectl ${INSTALLED_KUBECTL} goes through a slice of its session`,
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'evenkeel-slice-'));
      try {
        for (const [name, text] of Object.entries(FILES_ANYWHERE)) await writeFile(join(folder, name), text);
        const path = await kubectlPath();
        const env = { ...process.env, KUBECONFIG: target.kubeconfig };
        const before = ['--namespace', target.namespace, '--cache-dir', folder];
        for (const step of STEPS_ANYWHERE)
          expect([step.command, await tryStep(path, step, { cwd: folder, env, before })]).toEqual([step.command, undefined]);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    LIMIT_MS,
  );
});
