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
import { RESOURCES, type Pod } from '../../../src/kubernetes/index.ts';
import { createLabApi, serveKubeApi, type LabApi } from '../../../src/lab/kube-api/index.ts';
import { makeCertificates } from '../../contracts/_kube-api-server.ts';
import { namesInOrder } from '../api/chance.ts';
import { seedRecorder, startClusterParts } from '../api/cluster-parts.ts';
import { difference, normal, Relations } from '../api/difference.ts';
import { isObject, objectsIn, readExchanges, type Exchange } from '../api/exchange.ts';
import { configMapsShown, learnFrom, lowerBudget, releaseDependents, seed, seedDoomed, type Replay } from '../api/replay.ts';
import { parse, send, TOKEN, type Reply } from '../api/send.ts';
import { logsWithoutKubelet } from '../kubectl/emulated-nodes.ts';
import type { GoldenCase, GoldenSuite } from '../golden-suite.ts';

const FILES = ['exchanges.jsonl.gz', 'exchanges.jsonl', 'exchanges-gone.jsonl'];

/** Each file is the recording of one fresh cluster. */
async function* run(dir: string): AsyncIterable<GoldenCase> {
  const folder = existsSync(join(dir, 'api')) ? join(dir, 'api') : dir;
  for (const file of FILES.filter((name) => existsSync(join(folder, name)))) {
    const bytes = await readFile(join(folder, file));
    yield* play(readExchanges((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')));
  }
}

async function* play(exchanges: readonly Exchange[]): AsyncIterable<GoldenCase> {
  const api = createLabApi({ clock: createRealClock(), random: namesInOrder('golden') });
  await Promise.resolve();
  const { ca, key, cert } = await makeCertificates();
  const logs = logsWithoutKubelet(({ namespace, pod }) => api.get<Pod>('Pod', namespace, pod));
  const server = await serveKubeApi(api, { port: 0, key, cert, tokens: [{ token: TOKEN, user: 'admin' }], logs });
  seedRecorder(api);
  const replay: Replay = { api, url: server.url, ca, known: new Map(), uids: new Map(), standing: new Set(), shown: configMapsShown(exchanges) };
  const stopParts = startClusterParts(replay, exchanges);
  for (const { kind } of RESOURCES) for (const { metadata } of api.list(kind)) replay.standing.add(metadata.uid ?? '');
  if (exchanges.some(isGone)) seedAll(replay, exchanges);
  try {
    for (const [index, exchange] of exchanges.entries()) {
      const { request, section = 'other' } = exchange;
      // The recorded server was restarted before the first watch, after etcd's compaction.
      if (isGone(exchange) && exchange.response.stream !== undefined) restart(api);
      const why = await compare(replay, exchange);
      yield { area: section, id: `${index} ${request.method} ${request.path}`, agreed: why === undefined, ...(why === undefined ? {} : { why }) };
    }
  } finally {
    stopParts();
    await server.stop();
  }
}

const isGone = ({ section }: Exchange): boolean => section === 'gone';

/** What the parts of a cluster write when they come back is newer than all that is remembered. */
function restart(api: LabApi): void {
  api.create('ConfigMap', { metadata: { generateName: 'restarted-', name: '', namespace: 'kube-system' } });
  api.forgetHistory();
}

/** All that the answers show, in the order in which it was made. */
function seedAll(replay: Replay, exchanges: readonly Exchange[]): void {
  const objects = exchanges.flatMap(({ response }) => objectsIn(response.body));
  for (const object of objects.sort((a, b) => ((a.metadata.resourceVersion ?? '') < (b.metadata.resourceVersion ?? '') ? -1 : 1))) seed(replay, object);
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
  const attempts = exchange.request.method === 'GET' && exchange.response.stream === undefined && PACED_SECTIONS.includes(exchange.section ?? '') ? (exchange.response.status === 404 ? 300 : 60) : 0;
  for (let attempt = 0; attempt < attempts && why !== undefined; attempt++) {
    await settle();
    await settle();
    why = differs(replay, exchange, await send(replay, exchange));
  }
  return why;
}


const PACED_SECTIONS = ['garbage collection', 'workload', 'table', 'pod subresources', 'namespace lifecycle'];

const plainText = (text: string): string => String(normal(text, { managedFields: true, paced: false })).replace(/resourceVersion: "\d+"/, 'resourceVersion: "<rv>"');

function differs(replay: Replay, exchange: Exchange, reply: Reply): string | undefined {
  const { request, response } = exchange;
  if (reply.status !== response.status) return `status ${reply.status} instead of ${response.status}: ${reply.text.slice(0, 300)}`;
  const headers = differentHeader(response.headers ?? {}, reply);
  if (headers !== undefined) return headers;
  if (response.text !== undefined) {
    const [text, recordedText] = [reply.text, response.text].map((plain) => plainText(plain));
    return text === recordedText ? undefined : `text: ${text} instead of ${recordedText}`;
  }
  const recorded = response.stream ?? response.body;
  if (recorded === undefined) return undefined;
  const here: unknown = response.stream === undefined ? parse(reply.text) : reply.lines;
  learnFrom(replay.known, recorded, here);
  // The status in the answer to a change of the spec is the controller's, and how far it had come a matter of time.
  const paced = ['PATCH', 'PUT'].includes(request.method) && /\/deployments\/[^/]+$/.test(request.path.split('?')[0] ?? '');
  const plain = (value: unknown): unknown => {
    const shown = normal(value, { managedFields: exchange.managedFields === true, paced });
    return paced && isObject(shown) ? { ...shown, status: undefined } : shown;
  };
  const relations = new Relations(replay);
  const why = difference(plain(here), plain(recorded), response.stream === undefined ? 'body' : 'stream', relations) ?? relations.wrongOrder();
  if (why === undefined) relations.keep();
  return why;
}

/** The recorded headers; `connection`, `date` and lengths were not kept. */
function differentHeader(recorded: Readonly<Record<string, string>>, { headers }: Reply): string | undefined {
  for (const [name, value] of Object.entries(recorded)) {
    const here = headers[name];
    if (here !== value) return `header ${name}: ${String(here)} instead of ${value}`;
  }
  return 'warning' in headers && recorded['warning'] === undefined ? `header warning: ${headers.warning}` : undefined;
}

/** Lets controllers do what the exchange before gave them to do. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 25));
