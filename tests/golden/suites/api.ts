/**
 * Exchanges recorded from the real API server, replayed in order against the lab's over HTTPS.
 *
 * What the recording's controllers and kubelets had made (its README: steps not recorded) is seeded when an answer shows that it was
 * there. Compared are the status, the headers and the body without ids, versions, times, the descriptions of table columns, and what is
 * a matter of pace there: how far a controller had come.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createRealClock } from '../../../src/base/index.ts';
import type { Pod } from '../../../src/kubernetes/index.ts';
import { createLabApi, serveKubeApi } from '../../../src/lab/kube-api/index.ts';
import { makeCertificates } from '../../contracts/_kube-api-server.ts';
import { namesInOrder } from '../api/chance.ts';
import { seedRecorder, startClusterParts } from '../api/cluster-parts.ts';
import { difference, normal } from '../api/difference.ts';
import { isObject, objectsIn, readExchanges, type Exchange } from '../api/exchange.ts';
import { configMapsShown, learnFrom, lowerBudget, releaseDependents, seed, seedDoomed, type Replay } from '../api/replay.ts';
import { parse, send, TOKEN, type Reply } from '../api/send.ts';
import { logsWithoutKubelet } from '../kubectl/emulated-nodes.ts';
import type { GoldenCase, GoldenSuite } from '../golden-suite.ts';

const FILE = 'exchanges.jsonl.gz';

async function* run(dir: string): AsyncIterable<GoldenCase> {
  const text = gunzipSync(await readFile(existsSync(join(dir, 'api')) ? join(dir, 'api', FILE) : join(dir, FILE))).toString('utf8');
  const exchanges = readExchanges(text);
  const api = createLabApi({ clock: createRealClock(), random: namesInOrder('golden') });
  await Promise.resolve();
  const { ca, key, cert } = await makeCertificates();
  const server = await serveKubeApi(api, { port: 0, key, cert, tokens: [{ token: TOKEN, user: 'admin' }], logs: logsWithoutKubelet(({ namespace, pod }) => api.get<Pod>('Pod', namespace, pod)) });
  seedRecorder(api);
  const replay: Replay = { api, url: server.url, ca, known: new Map(), shown: configMapsShown(exchanges) };
  const stopParts = startClusterParts(replay, exchanges);
  try {
    for (const [index, exchange] of exchanges.entries()) {
      const { request, section = 'other' } = exchange;
      const why = await compare(replay, exchange);
      yield { area: section, id: `${index} ${request.method} ${request.path}`, agreed: why === undefined, ...(why === undefined ? {} : { why }) };
    }
  } finally {
    stopParts();
    await server.stop();
  }
}
export const suite: GoldenSuite = { name: 'api', run };

async function compare(replay: Replay, exchange: Exchange): Promise<string | undefined> {
  if (exchange.response.status === 200 && ['GET', 'PUT', 'PATCH'].includes(exchange.request.method)) {
    for (const object of objectsIn(exchange.response.body)) if (exchange.request.method === 'GET' || object.kind === 'ConfigMap') seed(replay, object);
  }
  lowerBudget(replay, exchange);
  if (exchange.request.method === 'DELETE') seedDoomed(replay, exchange);
  await settle();
  if (exchange.request.method === 'GET' && exchange.response.status === 404) releaseDependents(replay, exchange);
  let why = differs(replay, exchange, await send(replay, exchange));
  // What controllers do takes a moment: a read is tried again until it agrees.
  const attempts = exchange.request.method === 'GET' && exchange.response.stream === undefined && PACED_SECTIONS.includes(exchange.section ?? '') ? (exchange.response.status === 404 ? 120 : 20) : 0;
  for (let attempt = 0; attempt < attempts && why !== undefined; attempt++) {
    await settle();
    await settle();
    why = differs(replay, exchange, await send(replay, exchange));
  }
  return why;
}

const PACED_SECTIONS = ['garbage collection', 'workload', 'table', 'pod subresources', 'namespace lifecycle'];
function differs(replay: Replay, exchange: Exchange, reply: Reply): string | undefined {
  if (reply.status !== exchange.response.status) return `status ${reply.status} instead of ${exchange.response.status}: ${reply.text.slice(0, 300)}`;
  if (exchange.response.stream !== undefined) return difference(reply.lines.map((line) => normal(line)), exchange.response.stream.map((line) => normal(line)), 'stream');
  if (exchange.response.body === undefined) return undefined;
  const here: unknown = parse(reply.text);
  learnFrom(replay.known, exchange.response.body, here);
  const fields = exchange.managedFields === true;
  // The status in the answer to a change of the spec is the controller's, and how far it had come a matter of time.
  const paced = ['PATCH', 'PUT'].includes(exchange.request.method) && /\/deployments\/[^/]+$/.test(exchange.request.path.split('?')[0] ?? '');
  const plain = (value: unknown): unknown => (paced && isObject(value) ? { ...value, status: undefined } : value);
  return difference(plain(normal(here, fields)), plain(normal(exchange.response.body, fields)), 'body');
}
/** Lets controllers do what the exchange before gave them to do. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 25));
