/**
 * Exchanges recorded from the real API server, replayed in order against the lab's over HTTPS.
 *
 * What the recording's controllers and kubelets had made (its README: steps not recorded) is seeded when an answer shows that it was
 * there. Compared are the status and the body without ids, versions, times, the descriptions of table columns, and what is a matter of
 * chance or pace there: the node that a tie went to, the order of a Go map, how far a controller had come.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createRandom, createRealClock, silentLogger } from '../../../src/base/index.ts';
import type { KubeObject, Pod, PodDisruptionBudget } from '../../../src/kubernetes/index.ts';
import { startControllers, startScheduler } from '../../../src/lab/controllers/index.ts';
import { createLabApi, serveKubeApi, type LabApi } from '../../../src/lab/kube-api/index.ts';
import { makeCertificates } from '../../contracts/_kube-api-server.ts';
import { logsWithoutKubelet } from '../kubectl/emulated-nodes.ts';
import type { GoldenCase, GoldenSuite } from '../golden-suite.ts';

type Json = Record<string, unknown>;

interface Exchange {
  readonly section?: string;
  readonly managedFields?: boolean;
  readonly request: { readonly method: string; readonly path: string; readonly headers?: Record<string, string>;
    readonly bodyNote?: string; readonly body?: unknown };
  readonly response: { readonly status: number; readonly body?: unknown; readonly text?: string; readonly stream?: readonly unknown[]; readonly endedByServer?: boolean };
  readonly during?: readonly Exchange[];
}

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly lines: readonly unknown[];
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const FILE = 'exchanges.jsonl.gz';
const TOKEN = 'replay';
// Now, because a node whose last heartbeat is old would be taken for dead.
const TIME = `${new Date().toISOString().slice(0, 19)}Z`;
const WATCH_MS = 700;
/** How long an emulated kubelet takes to end a pod. */
const POD_STOP_MS = 4000;
/** … and to start one. */
const POD_START_MS = 60;

interface Replay {
  readonly api: LabApi;
  readonly url: string;
  readonly ca: string;
  /** Recorded placeholders and what stands for them here. */
  readonly known: Map<string, string>;
  /** ConfigMaps by namespace and name, as the recording first shows them. */
  readonly shown: ReadonlyMap<string, KubeObject>;
}

async function* run(dir: string): AsyncIterable<GoldenCase> {
  const text = gunzipSync(await readFile(existsSync(join(dir, 'api')) ? join(dir, 'api', FILE) : join(dir, FILE))).toString('utf8');
  const exchanges = text.trim().split('\n').map((line) => JSON.parse(line) as Exchange); // the format of the recordings
  const api = createLabApi({ clock: createRealClock(), random: createRandom('golden') });
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

/** A rule that held for the recording's user beyond what every cluster has. */
function seedRecorder(api: LabApi): void {
  const name = 'recorder';
  const role: KubeObject & { rules: unknown } = { metadata: { name }, rules: [{ verbs: ['get'], nonResourceURLs: ['/.well-known', '/.well-known/*'] }] };
  const binding: KubeObject & { roleRef: unknown; subjects: unknown } = {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'admin' }],
  };
  api.create('ClusterRole', role);
  api.create('ClusterRoleBinding', binding);
}

export const suite: GoldenSuite = { name: 'api', run };

/** What stood around the recorded server: three nodes, the controllers, the scheduler, and kubelets that run every pod. */
function startClusterParts(replay: Replay, exchanges: readonly Exchange[]): () => void {
  const { api } = replay;
  const node = exchanges.flatMap(({ response }) => objectsIn(response.body)).find(({ kind }) => kind === 'Node');
  if (node !== undefined) {
    for (const [index, zone] of ['zone-a', 'zone-b', 'zone-c'].entries()) {
      const text = JSON.stringify(node).replaceAll('node-1', `node-${index}`).replaceAll('zone-b', zone).replaceAll('10.200.0.2', `10.200.0.${index + 1}`);
      seed(replay, JSON.parse(text) as KubeObject); // the recorded node under another name
    }
  }
  const lease = exchanges.flatMap(({ response }) => objectsIn(response.body)).find(({ kind }) => kind === 'Lease');
  for (const index of lease === undefined ? [] : [0, 1, 2]) {
    seed(replay, JSON.parse(JSON.stringify(lease).replaceAll('node-1', `node-${index}`)) as KubeObject); // the recorded lease of another node
  }
  const controllers = startControllers(api, { log: silentLogger });
  const scheduler = startScheduler(api, { log: silentLogger, random: createRandom('golden') });
  const timers = new Set<NodeJS.Timeout>();
  const kubelets = api.watch<Pod>('Pod', ({ type, object }) => {
    if (type !== 'DELETED' && needsStart(object)) timers.add(setTimeout(() => runPod(api, object), type === 'ADDED' ? 0 : POD_START_MS));
    if (type === 'MODIFIED') reassert(api, object);
    if (type === 'MODIFIED' && object.metadata.deletionTimestamp !== undefined) timers.add(setTimeout(() => endPod(api, object), POD_STOP_MS));
  });
  return () => {
    for (const timer of timers) clearTimeout(timer);
    kubelets();
    scheduler.stop();
    controllers.stop();
  };
}

function endPod(api: LabApi, { metadata: { name, namespace, uid } }: Pod): void {
  if (api.get('Pod', namespace, name)?.metadata.uid === uid) api.delete('Pod', namespace, name, { gracePeriodSeconds: 0 });
}

const needsStart = ({ spec, status }: Pod): boolean => spec?.nodeName !== undefined && status?.phase === 'Pending';

/** A kubelet writes again what it knows when somebody else wrote over it. */
function reassert(api: LabApi, { metadata, spec, status }: Pod): void {
  const isOurs = status?.containerStatuses?.every(({ image }) => spec?.containers.some((container) => container.image === image)) !== false;
  if (isOurs && status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'False') !== true) return;
  setTimeout(() => {
    api.modify<Pod>('Pod', metadata.namespace, metadata.name, (draft) => {
      for (const condition of draft.status?.conditions ?? []) if (condition.type === 'Ready') setReady(condition);
      for (const container of draft.status?.containerStatuses ?? []) {
        container.image = draft.spec?.containers.find(({ name }) => name === container.name)?.image ?? '';
        container.imageID = `fake/${container.image}`;
      }
    }, { subresource: 'status' });
  }, 200);
}

function setReady(condition: { status: string; reason?: string }): void {
  condition.status = 'True';
  delete condition.reason;
}

function runPod(api: LabApi, { metadata: { namespace, name: podName } }: Pod): void {
  const pod = api.get<Pod>('Pod', namespace, podName);
  const { nodeName, containers = [] } = pod?.spec ?? {};
  if (pod === undefined || nodeName === undefined || !needsStart(pod)) return;
  const { name, uid } = pod.metadata;
  api.modify<Pod>(
    'Pod',
    namespace,
    name,
    (draft) => {
      const met = (type: string) => ({ type, status: 'True', lastTransitionTime: TIME });
      draft.status = {
        phase: 'Running',
        conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map(met),
        hostIP: `10.200.0.${Number(nodeName.slice(-1)) + 1}`,
        podIP: '10.64.1.2',
        podIPs: [{ ip: '10.64.1.2' }],
        startTime: TIME,
        containerStatuses: containers.map((container) => ({
          name: container.name,
          state: { running: { startedAt: TIME } },
          lastState: {},
          ready: true,
          restartCount: 0,
          image: container.image ?? '',
          imageID: `fake/${container.image}`,
          containerID: `fake://${uid}${container.name}`,
          started: true,
        })),
        qosClass: draft.status?.qosClass ?? 'BestEffort',
      };
    },
    { subresource: 'status' },
  );
}

function configMapsShown(exchanges: readonly Exchange[]): ReadonlyMap<string, KubeObject> {
  const shown = new Map<string, KubeObject>();
  for (const object of exchanges.flatMap(({ response }) => objectsIn(response.body))) {
    const key = `${object.metadata.namespace}/${object.metadata.name}`;
    if (object.kind !== 'ConfigMap') continue;
    const { deletionTimestamp, deletionGracePeriodSeconds: _grace, finalizers = [], ...metadata } = object.metadata;
    const own = finalizers.filter((name) => name.includes('/')); // the others came with the deletion
    const alive = deletionTimestamp === undefined ? object : { ...object, metadata: { ...metadata, ...(own.length > 0 ? { finalizers: own } : {}) } };
    if (!shown.has(key)) shown.set(key, alive);
  }
  return shown;
}

function objectsIn(body: unknown): KubeObject[] {
  if (!isObject(body) || body['kind'] === 'Status' || body['kind'] === 'Table') return [];
  if (Array.isArray(body['items'])) {
    const kind = (body['kind'] as string).replace(/List$/, ''); // every list has its kind
    return body['items'].filter(isObject).map((item) => ({ ...item, kind, metadata: item['metadata'] as KubeObject['metadata'] }));
  }
  return isObject(body['metadata']) && typeof body['metadata']['name'] === 'string' ? [body as unknown as KubeObject] : [];
}

/** What the parts below make themselves. */
const MADE_HERE = ['Endpoints', 'EndpointSlice', 'Event', 'Pod', 'ReplicaSet'];

function seed({ api, known }: Replay, object: KubeObject): void {
  const { kind = '' } = object;
  if (MADE_HERE.includes(kind)) return;
  try {
    if (api.get(kind, object.metadata.namespace, object.metadata.name) !== undefined) return;
    const text = substituted({ known }, JSON.stringify(object)).replaceAll('"<time>"', `"${TIME}"`).replaceAll('"<microtime>"', `"${TIME.replace('Z', '.000000Z')}"`);
    const given = JSON.parse(text) as KubeObject; // as it was, but for times
    const seeded = api.seed(kind, given);
    learn(known, object.metadata.uid, seeded.metadata.uid);
    learn(known, object.metadata.resourceVersion, seeded.metadata.resourceVersion);
  } catch {
    // A kind that the lab does not store: the comparison tells.
  }
}

function learn(known: Map<string, string>, recorded: string | undefined, here: string | undefined): void {
  if (recorded !== undefined && here !== undefined && /^(uid|rv)-/.test(recorded)) known.set(recorded, here);
}

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

/** The recording took the finalizer from a dependent before it asked whether the owner is gone. */
function releaseDependents({ api }: Replay, { request }: Exchange): void {
  const match = /\/namespaces\/([^/]+)\/configmaps\/([^/?]+)/.exec(request.path);
  if (!match) return;
  const [, namespace = '', owner = ''] = match;
  for (const { metadata } of api.list('ConfigMap', { namespace })) {
    if (metadata.ownerReferences?.some(({ name }) => name === owner) !== true) continue;
    api.modify('ConfigMap', namespace, metadata.name, (draft) => {
      delete draft.metadata.finalizers;
    });
  }
}

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

/** The recording lowered the budget after the first refusal, in a step that it does not show (its table of budgets does). */
function lowerBudget({ api }: Replay, { request }: Exchange): void {
  const isSecond = request.path.endsWith('/eviction') && isObject(request.body) && request.body['deleteOptions'] !== undefined;
  if (!isSecond) return;
  api.modify<PodDisruptionBudget>('PodDisruptionBudget', 'default', 'app1', ({ spec }) => {
    if (spec) spec.minAvailable = 2;
  });
}

/** Lets controllers do what the exchange before gave them to do. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 25));

/** Objects that a recorded delete found were made in a step that is not recorded. */
function seedDoomed(replay: Replay, { request, response }: Exchange): void {
  const match = /\/namespaces\/([^/]+)\/configmaps\/([^/?]+)/.exec(request.path);
  if (match && response.status !== 404) {
    const [, namespace = '', name = ''] = match;
    seed(replay, replay.shown.get(`${namespace}/${name}`) ?? { kind: 'ConfigMap', metadata: { name, namespace } });
    for (const child of replay.shown.values()) {
      if (child.metadata.ownerReferences?.some((owner) => owner.name === name && owner.blockOwnerDeletion === true)) seed(replay, child);
    }
    const made = replay.api.get('ConfigMap', namespace, name);
    const message = isObject(response.body) ? JSON.stringify(response.body['message'] ?? '') : '';
    learn(replay.known, /record \((uid-\d+)\)/.exec(message)?.[1], made?.metadata.uid);
    learn(replay.known, /record \((rv-\d+)\)/.exec(message)?.[1], made?.metadata.resourceVersion);
  }
  if (response.status < 300) for (const object of objectsIn(response.body)) if (request.path.includes('?')) seed(replay, object);
}

function learnFrom(known: Map<string, string>, recorded: unknown, here: unknown): void {
  if (!isObject(recorded) || !isObject(here)) return;
  if (isObject(recorded['metadata']) && isObject(here['metadata'])) {
    for (const key of ['uid', 'resourceVersion', 'continue', 'name']) {
      const [from, to] = [recorded['metadata'][key], here['metadata'][key]];
      if (typeof from === 'string' && typeof to === 'string' && (key !== 'name' || from.includes('<'))) known.set(from, to);
    }
  }
  if (Array.isArray(recorded['items']) && Array.isArray(here['items'])) {
    for (const [index, item] of recorded['items'].entries()) learnFrom(known, item, here['items'][index]);
  }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

function substituted({ known }: Pick<Replay, 'known'>, text: string): string {
  let named = text.replaceAll('<time>', TIME);
  for (const [placeholder, name] of [...known].sort(([a], [b]) => b.length - a.length)) {
    if (placeholder.includes('<') && !placeholder.startsWith('<')) named = named.replaceAll(placeholder, name);
  }
  return named.replace(/uid-\d+|rv-\d+|<continue-\d+>|%3Ccontinue-\d+%3E/g, (placeholder) => known.get(decodeURIComponent(placeholder)) ?? placeholder);
}

function bodyOf(replay: Replay, { body, bodyNote }: Exchange['request']): string | undefined {
  if (bodyNote !== undefined) return notedBody(bodyNote);
  if (body === undefined) return undefined;
  return substituted(replay, typeof body === 'string' ? body : JSON.stringify(body));
}

/** A large body that the recording only describes. */
function notedBody(note: string): string {
  const times = Number((/is ([\d,]+) times/.exec(note)?.[1] ?? '0').replaceAll(',', ''));
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'big' }, data: { a: 'x'.repeat(times) } });
}

async function send(replay: Replay, { request, response, during = [] }: Exchange): Promise<Reply> {
  const watches = response.stream !== undefined;
  const headers: Record<string, string> = { authorization: `Bearer ${TOKEN}` };
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (name.toLowerCase() === 'authorization' && value === '(none)') delete headers['authorization'];
    else headers[name.toLowerCase()] = value;
  }
  const body = bodyOf(replay, request);
  const url = new URL(replay.url);
  return new Promise((resolve, reject) => {
    const path = substituted(replay, request.path);
    let answered = false;
    const call = httpsRequest({ host: url.hostname, port: url.port, path, method: request.method, headers, ca: replay.ca }, (answer) => {
      answered = true;
      let text = '';
      const done = (): void => {
        clearTimeout(timer);
        const lines = watches ? text.split('\n').filter((line) => line !== '').map(parse) : [];
        resolve({ status: answer.statusCode ?? 0, text, lines });
      };
      const timer = setTimeout(
        () => {
          answer.removeAllListeners('end');
          answer.destroy();
          done();
        },
        watches && response.endedByServer !== true ? WATCH_MS : 8000,
      );
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => (text += part));
      answer.on('end', done);
      answer.on('error', done);
      if (watches) void replayDuring(replay, during);
    });
    // A refused body ends the connection; the answer was read before.
    call.on('error', (error) => (answered ? undefined : reject(error)));
    if (body !== undefined) call.setHeader('content-length', Buffer.byteLength(body));
    call.end(body);
  });
}

async function replayDuring(replay: Replay, during: readonly Exchange[]): Promise<void> {
  for (const exchange of during) await send(replay, exchange);
}

/** How far a controller had come when an answer was given is a matter of time, not of the API. */
const PACED = ['deployment.kubernetes.io/revision', 'tolerationSeconds'];

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|uid-\d+/g;
const MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z|<(micro)?time>/g;

/** Ids, versions and times become placeholders; column descriptions and (unless asked for) managed fields go. */
function normal(value: unknown, managedFields = false): unknown {
  const text = (plain: string): string =>
    plain
      .replace(UUID, '<uid>')
      .replace(MOMENT, '<time>')
      .replace(/\b(rv-\d+)\b/g, '<rv>')
      .replace(/ResourceVersion in record \(\d+\)/, 'ResourceVersion in record (<rv>)')
      .replace(/current: \d+/, 'current: <rv>')
      .replace(/kube-api-access-(<rand>|[a-z0-9]{5})/g, 'kube-api-access-<rand>')
      .replace(/"resourceVersion\\?":\\?"\d+\\?"/g, '"resourceVersion":"<rv>"')
      .replace(/10\.64\.\d+\.\d+/g, '<podIP>')
      .replace(/10\.(96|0)\.\d+\.\d+/g, '<clusterIP>')
      .replace(/127\.0\.0\.1:\d+/g, '<server>');
  const walk = (node: unknown, key: string): unknown => {
    if (typeof node === 'string') {
      if (key === 'resourceVersion' || key === 'continue') return '<rv>';
      if (key === 'ca.crt') return '<ca>';
      return text(node);
    }
    // Which of equal nodes a pod went to is chance; the name of a node itself stands first in its row.
    if (key === 'cells' && Array.isArray(node)) return node.map((cell, index) => (index > 0 && /^node-\d$/.test(String(cell)) ? '<node>' : walk(cell, '')));
    if (Array.isArray(node) && /^(r|nonR)esourceRules$/.test(key)) return node.map((item) => walk(item, '')).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    // What controllers had written by then is, again, a matter of time.
    if (Array.isArray(node)) return node.filter((item) => key !== 'managedFields' || asObject(item)['manager'] !== 'kube-controller-manager').map((item) => walk(item, ''));
    if (!isObject(node)) return node;
    const members = Object.entries(node).filter(
      ([name, member]) => member !== null && member !== undefined && !(name === 'managedFields' && !managedFields) && !PACED.includes(name),
    );
    const isColumn = 'priority' in node && 'format' in node;
    return Object.fromEntries(members.filter(([name]) => !isColumn || name !== 'description').map(([name, member]) => [name, walk(member, name)] as const).filter(([name, member]) => name !== 'annotations' || Object.keys(asObject(member)).length > 0));
  };
  return walk(value, '');
}

const asObject = (value: unknown): Json => (isObject(value) ? value : {});

/** Recorded placeholders (`<rand1>`, `<age>`, `<clusterIP1>`) stand for any text. */
function fits(here: unknown, recorded: unknown): boolean {
  if (typeof here !== 'string' || typeof recorded !== 'string' || !recorded.includes('<')) return false;
  const escaped = recorded.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/<[a-zA-Z]+\d*>/g, '(?:.|\\n)*?');
  return new RegExp(`^${escaped}$`).test(here);
}

/** The first difference, on one line. */
function difference(here: unknown, recorded: unknown, path: string): string | undefined {
  if (Object.is(here, recorded) || fits(here, recorded)) return undefined;
  if (Array.isArray(here) && Array.isArray(recorded)) {
    for (let index = 0; index < Math.max(here.length, recorded.length); index++) {
      const found = difference(here[index], recorded[index], `${path}[${index}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (isObject(here) && isObject(recorded)) {
    for (const key of new Set([...Object.keys(recorded), ...Object.keys(here)])) {
      const found = difference(here[key], recorded[key], `${path}.${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return `${path}: ${short(here)} instead of ${short(recorded)}`;
}

const short = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 260);
