/**
 * Where contracts are tried: a lab of their own and, when `EVENKEEL_TEST_KUBECONFIG` names one, a real cluster too.
 * On a cluster that is not theirs they work in a namespace of a random name, which goes in the end; nothing else there is touched.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, createRealClock, createScaledClock, silentLogger, type Clock } from '../../src/base/index.ts';
import { createKubernetesClient, httpStatusOf, loadKubeconfig, type KubernetesSession } from '../../src/clients/index.ts';
import { resourceOf, type KubeObject, type Resource } from '../../src/kubernetes/index.ts';
import { startLab } from '../../src/lab/index.ts';

export interface Target {
  readonly client: KubernetesSession;
  /** It runs as fast as the target does. */
  readonly clock: Clock;
  readonly kubeconfig: string;
  /** Where everything happens. */
  readonly namespace: string;
  /** How often faster than the wall. */
  readonly speed: number;
  /** Takes the namespace away, whatever it holds. */
  close(): Promise<void>;
}

export interface TargetKind {
  readonly name: 'a lab' | 'a real cluster';
  readonly open: () => Promise<Target>;
}

const LAB_SPEED = 20;
const ACCOUNT_LIMIT_MS = 30_000;
/** For whoever looks for namespaces that a killed process left. */
const LABELS = { 'app.kubernetes.io/managed-by': 'evenkeel-tests' };

export function kind(name: string): Resource {
  const resource = resourceOf(name);
  if (resource === undefined) throw new Error(name);
  return resource;
}

const named = process.env['EVENKEEL_TEST_KUBECONFIG'] ?? '';
const aLab: TargetKind = { name: 'a lab', open: openLab };
const aCluster: TargetKind = { name: 'a real cluster', open: () => openNamespace(named, 1, async () => {}) };

/** All that contracts are tried with. */
export const TARGETS: readonly TargetKind[] = named === '' ? [aLab] : [aLab, aCluster];
/** The one that most can be learned from. */
export const TRUEST = named === '' ? aLab : aCluster;

async function openLab(): Promise<Target> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-target-'));
  const now = Date.now();
  const clock = createScaledClock({ speed: LAB_SPEED, originMs: now, wallOriginMs: now });
  const lab = await startLab({ clock, random: createRandom('target'), log: silentLogger, folder, contents: { nodes: 3, manifests: [] } });
  const stop = async (): Promise<void> => {
    await lab.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return await openNamespace(lab.env['KUBECONFIG'] ?? '', LAB_SPEED, stop);
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

async function openNamespace(kubeconfig: string, speed: number, stop: () => Promise<void>): Promise<Target> {
  const now = Date.now();
  const clock = speed === 1 ? createRealClock() : createScaledClock({ speed, originMs: now, wallOriginMs: now });
  const login = await loadKubeconfig({ env: { ...process.env, KUBECONFIG: kubeconfig } });
  // What a request may take is told in seconds of the wall.
  const client = createKubernetesClient(login, { clock, log: silentLogger, defaultTimeoutMs: 30_000 * speed });
  const namespace = `evenkeel-test-${randomBytes(5).toString('hex')}`;
  const object: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: LABELS } };
  const close = async (): Promise<void> => {
    try {
      await client.delete(kind('Namespace'), undefined, namespace);
    } catch (thrown) {
      if (httpStatusOf(thrown) !== 404) throw thrown;
    } finally {
      client.close();
      await stop();
    }
  };
  try {
    await client.create(kind('Namespace'), object);
    await accountOf(client, namespace, AbortSignal.timeout(ACCOUNT_LIMIT_MS));
  } catch (thrown) {
    await close().catch(() => {}); // the first trouble is the one to tell
    throw thrown;
  }
  return { client, clock, kubeconfig, namespace, speed, close };
}

/** No pod can be made before there is the account that it runs as. */
async function accountOf(client: KubernetesSession, namespace: string, signal: AbortSignal): Promise<void> {
  const isDefault = ({ metadata }: KubeObject): boolean => metadata.name === 'default';
  for await (const event of client.watch(kind('ServiceAccount'), { namespace, signal })) {
    if (event.type === 'RESET' ? event.objects.some(isDefault) : isDefault(event.object)) return;
  }
  throw new Error(`namespace ${namespace} got no default service account within ${ACCOUNT_LIMIT_MS / 1000} s`);
}
