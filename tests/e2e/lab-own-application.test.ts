/** Labs that hold something else than the workshop's application: manifests of the user's own, a twin of a cluster, many nodes. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRandom, createScaledClock, silentLogger } from '../../src/base/index.ts';
import { loadManifests } from '../../src/cli/lab/load-manifests.ts';
import type { Deployment, KubeObject, Node, Pod, Secret } from '../../src/kubernetes/index.ts';
import { startLab } from '../../src/lab/index.ts';
import type { Lab, LabContents } from '../../src/lab/index.ts';

const SPEED = 20;
const LONG_TEST_MS = 60_000;

let folder: string;
const labs: Lab[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-own-'));
});
afterEach(async () => {
  for (const lab of labs.splice(0)) await lab.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(contents: LabContents, seed = 'own'): Promise<Lab> {
  const wallOriginMs = Date.now();
  const clock = createScaledClock({ speed: SPEED, originMs: wallOriginMs, wallOriginMs });
  const lab = await startLab({ clock, random: createRandom(seed), log: silentLogger, folder: join(folder, seed), contents });
  labs.push(lab);
  return lab;
}

const pods = (lab: Lab, namespace: string): readonly Pod[] => lab.api.list<Pod>('Pod', { namespace });
const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
const places = (lab: Lab, namespace: string): string[] =>
  pods(lab, namespace)
    .map(({ metadata, spec }) => `${metadata.name} ${spec?.nodeName}`)
    .toSorted();

/** Looks again and again; the limit is lab time. */
async function until(lab: Lab, what: string, holds: () => boolean | Promise<boolean>, limitMs = 600_000): Promise<void> {
  const { clock } = lab.api;
  const untilMs = clock.now() + limitMs;
  while (!(await holds())) {
    if (clock.now() > untilMs) throw new Error(`not within ${limitMs / 1000} s: ${what}`);
    await clock.sleep(1000);
  }
}

const bookshop = (): Promise<KubeObject[]> =>
  loadManifests('examples/manifests/bookshop/overlays/production', { cwd: process.cwd(), readFile: (path) => readFile(path, 'utf8') });

/** As a dump has them: what an API server gives out. */
const dumped = (lab: Lab): KubeObject[] =>
  ['Node', 'Namespace', 'Pod', 'Deployment', 'ReplicaSet', 'Service', 'Ingress', 'ConfigMap', 'Event', 'Lease'].flatMap((kind) =>
    structuredClone([...lab.api.list(kind)]),
  );

describe("a lab with the user's own application", () => {
  it(
    'runs stand-ins that serve, and call each other, and fail when what they call does',
    async () => {
      const lab = await start({ manifests: await bookshop() });
      expect(lab.notes).toEqual(['secret bookshop/catalog-database is in no manifest: made with empty values']);
      expect(lab.api.get<Secret>('Secret', 'bookshop', 'catalog-database')?.data).toEqual({ password: '' });
      expect(lab.api.get('Namespace', undefined, 'contactsapp')).toBeUndefined();
      await until(lab, 'all pods are ready', () => pods(lab, 'bookshop').length === 4 && pods(lab, 'bookshop').every(isReady));

      const call = async (): Promise<{ status: number; calls: unknown }> => {
        const answer = await fetch(lab.urls.app);
        const { calls } = (await answer.json()) as { calls?: unknown }; // the stand-in's own form
        return { status: answer.status, calls };
      };
      const catalog = 'catalog.bookshop.svc.cluster.local';
      await until(lab, 'the storefront reaches the catalog', async () => (await call()).status === 200);
      expect(await call()).toEqual({ status: 200, calls: { [catalog]: 200 } });

      lab.api.modify<Deployment>('Deployment', 'bookshop', 'catalog', (draft) => void (draft.spec && (draft.spec.replicas = 0)));
      await until(lab, 'the storefront fails without the catalog', async () => (await call()).status === 502);
    },
    LONG_TEST_MS,
  );

  it('tells all refusals of the API server', async () => {
    const deployment = (name: string): KubeObject => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name } });
    await expect(start({ manifests: [deployment('a'), deployment('b')] })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(/refuses 2 objects:\n.*Deployment.*"a" is invalid.*\n.*"b" is invalid/),
    });
  });
});

describe('a twin', () => {
  it(
    'has the nodes and the placements of its cluster and keeps them, with a machine behind each node',
    async () => {
      const origin = await start({ manifests: await bookshop(), nodes: 4 }, 'origin');
      origin.api.modify<Node>('Node', undefined, origin.azure.instances()[3]?.nodeName ?? '', (draft) => {
        draft.spec = { ...draft.spec, taints: [{ key: 'team', value: 'books', effect: 'NoSchedule' }] };
      });
      await until(origin, 'all pods are ready', () => pods(origin, 'bookshop').length === 4 && pods(origin, 'bookshop').every(isReady));
      const twin = await start({ twin: dumped(origin) }, 'twin');
      expect(places(twin, 'bookshop')).toEqual(places(origin, 'bookshop'));
      const shape = ({ metadata, spec, status }: Node): unknown => [metadata.name, metadata.labels, spec?.taints, status?.allocatable];
      expect(twin.api.list<Node>('Node').map(shape)).toEqual(origin.api.list<Node>('Node').map(shape));

      await twin.api.clock.sleep(60_000);
      expect(places(twin, 'bookshop')).toEqual(places(origin, 'bookshop'));
      expect(twin.azure.instances().map(({ nodeName }) => nodeName)).toEqual(origin.azure.instances().map(({ nodeName }) => nodeName));
    },
    LONG_TEST_MS,
  );

  it('of a dump without replica sets makes them again, so that nobody takes the pods for left over', async () => {
    const origin = await start({ manifests: await bookshop() }, 'origin');
    await until(origin, 'all pods are ready', () => pods(origin, 'bookshop').length === 4 && pods(origin, 'bookshop').every(isReady));
    const twin = await start({ twin: dumped(origin).filter(({ kind }) => kind !== 'ReplicaSet') }, 'twin');
    await twin.api.clock.sleep(60_000);
    expect(places(twin, 'bookshop')).toEqual(places(origin, 'bookshop'));
  }, 60_000);

  it('needs nodes', async () => {
    await expect(start({ twin: [] })).rejects.toMatchObject({ code: 'INVALID_INPUT', hint: expect.stringContaining('kubectl get nodes') });
  });
});

describe('a lab of many nodes', () => {
  it('spreads them over three zones and places pods without running programs', async () => {
    const lab = await start({ nodes: 30, pods: 150, programs: false });
    const nodes = lab.api.list<Node>('Node');
    expect(nodes.at(-1)?.metadata.name).toBe('aks-nodepool1-36421985-vmss00000t');
    expect(new Set(nodes.map(({ metadata }) => metadata.labels?.['topology.kubernetes.io/zone'])).size).toBe(3);
    expect(pods(lab, 'load').filter(({ spec }) => spec?.nodeName !== undefined)).toHaveLength(150);
    expect(lab.env['AZURE_CLUSTER_VMSS_INSTANCE0']).toBe('0');
  }, 60_000);
});
