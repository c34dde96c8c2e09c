/** The official client's informer beside the lab's store: random changes, and a wire between them that is cut again and again. */
import { readFile } from 'node:fs/promises';
import { createServer, connect, type Socket } from 'node:net';
import { CoreV1Api, KubeConfig, makeInformer, type V1ConfigMap } from '@kubernetes/client-node';
import { createRandom, type Random } from '../../src/base/index.ts';
import type { ConfigMap } from '../../src/kubernetes/index.ts';
import type { TestServer } from './_kube-api-server.ts';

export interface InStep {
  readonly seen: Readonly<Record<string, string>>;
  readonly stored: Readonly<Record<string, string>>;
  /** How often all connections were cut, and how often the informer told of an error. */
  readonly cuts: number;
  readonly errors: number;
}

interface Options {
  readonly changes: number;
  readonly seed: string;
  readonly namespace: string;
}

const BATCH = 20;
const CUT_SHARE = 0.2;
const RESTART_MS = 5;
const LIMIT_MS = 20_000;

/** Plays the changes; the informer is started anew after each error, as its users do. Result: what it holds and what the store holds. */
export async function keepInStep(server: TestServer, { changes, seed, namespace }: Options): Promise<InStep> {
  const wire = await startWire(Number(new URL(server.url).port));
  const config = new KubeConfig();
  config.loadFromString((await readFile(server.kubeconfig, 'utf8')).replace(server.url, `https://127.0.0.1:${wire.port}`));
  const core = config.makeApiClient(CoreV1Api);
  const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, () => core.listNamespacedConfigMap({ namespace }));
  const seen = new Map<string, string>();
  const note = ({ metadata, data }: V1ConfigMap): void => void seen.set(metadata?.name ?? '', data?.['turn'] ?? '');
  let [cuts, errors, stopped] = [0, 0, false];
  const restart = (): void => {
    errors++;
    if (!stopped) setTimeout(() => void informer.start().catch(restart), RESTART_MS);
  };
  informer.on('add', note);
  informer.on('update', note);
  informer.on('delete', ({ metadata }) => void seen.delete(metadata?.name ?? ''));
  informer.on('error', restart);
  await informer.start();
  const random = createRandom(seed);
  for (let turn = 0; turn < changes; turn++) {
    change(server, namespace, random, turn);
    if (turn % BATCH !== BATCH - 1) continue;
    await breath();
    if (random.next() >= CUT_SHARE) continue;
    cuts++;
    wire.cut();
  }
  const held = (): Record<string, string> => sorted(seen);
  const stored = sorted(
    server.api.list<ConfigMap>('ConfigMap', { namespace }).map(({ metadata, data }) => [metadata.name, data?.['turn'] ?? '']),
  );
  const limit = Date.now() + LIMIT_MS;
  while (JSON.stringify(held()) !== JSON.stringify(stored) && Date.now() < limit) await breath(20);
  stopped = true;
  await informer.stop();
  await wire.stop();
  return { seen: held(), stored, cuts, errors };
}

const breath = (ms = 2): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const sorted = (entries: Iterable<readonly [string, string]>): Record<string, string> =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

function change({ api }: TestServer, namespace: string, random: Random, turn: number): void {
  const name = `c${random.integer(40)}`;
  const data = { turn: String(turn) };
  if (api.get('ConfigMap', namespace, name) === undefined) api.create<ConfigMap>('ConfigMap', { metadata: { name, namespace }, data });
  else if (random.next() < 0.3) api.delete('ConfigMap', namespace, name);
  else {
    api.modify<ConfigMap>('ConfigMap', namespace, name, (draft) => {
      draft.data = data;
    });
  }
}

/** A relay on loopback whose connections can be cut. */
async function startWire(target: number): Promise<{ readonly port: number; cut(): void; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const relay = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const address = relay.address();
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut,
    stop: () => {
      cut();
      return new Promise((resolve) => void relay.close(() => resolve()));
    },
  };
}
