/** Plays commands on the lab's API over HTTPS and on the model, and tells the first difference. */
import { setMaxListeners } from 'node:events';
import { ApiModel, seenBy, WRITER, APPLIER, type Expected, type ModelObject } from './_api-model.ts';
import type { ApiClient, Json, Reply } from './_api-client.ts';
import type { Command } from './_api-model-commands.ts';

interface Session {
  readonly client: ApiClient;
  readonly model: ApiModel;
  readonly base: string;
  readonly versions: Map<string, string>;
  readonly stale: Map<string, string>;
  /** What was there after each write that told its version. */
  readonly past: { readonly version: string; readonly objects: readonly ModelObject[] }[];
}

/** A session and the end of its watches. */
const WATCH_LIMIT_MS = 30_000;
const FINALIZER = 'x.example/f';
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const asObject = (value: unknown): Json => (isObject(value) ? value : {});

/** Plays them in a namespace of their own. Result: the first difference, or undefined. */
export async function playCommands(client: ApiClient, namespace: string, list: readonly Command[]): Promise<string | undefined> {
  await client.send('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
  const session: Session = {
    client,
    model: new ApiModel(),
    base: `/api/v1/namespaces/${namespace}/secrets`,
    versions: new Map(),
    stale: new Map(),
    past: [],
  };
  const start = String(asObject((await client.send('GET', session.base)).body['metadata'])['resourceVersion']);
  const ending = new AbortController();
  const limit = setTimeout(() => ending.abort(), WATCH_LIMIT_MS);
  const stop = ending.signal;
  setMaxListeners(0, stop);
  try {
    return await compareAll(session, { list, start, stop });
  } finally {
    clearTimeout(limit);
    ending.abort();
  }
}

interface Course {
  readonly list: readonly Command[];
  /** The version before the first command. */
  readonly start: string;
  readonly stop: AbortSignal;
}

async function compareAll(session: Session, { list, start, stop }: Course): Promise<string | undefined> {
  const { client } = session;
  const watches = startWatches(session, start, stop);
  for (const [index, command] of list.entries()) {
    const why = await play(session, command);
    if (why !== undefined) return `command ${index} (${JSON.stringify(command)}): ${why}`;
  }
  await client.send('POST', `${session.base}?fieldManager=${WRITER}`, { body: bodyOf('end', { app: 'x' }, {}) });
  session.model.create('end', { labels: { app: 'x' }, data: {}, finalizers: [] });
  for (const { name, told, matches } of [...watches, ...startWatches(session, start, stop)]) {
    const expected = seenBy(session.model.events, matches).map(({ type, object }) => `${type} ${textOf(object)}`);
    const seen = (await told).map(({ type, object }) => `${String(type)} ${shown(asObject(object))}`);
    const at = expected.findIndex((line, index) => line !== seen[index]);
    if (at >= 0 || seen.length !== expected.length)
      return `${name}: event ${at}: ${seen[at] ?? 'nothing'} instead of ${expected[at] ?? 'nothing'}`;
  }
  return undefined;
}

const bodyOf = (name: string, labels: Json, data: Json, more: Json = {}): Json => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, labels, ...more },
  data,
});

function startWatches({ client, base }: Session, version: string, stop: AbortSignal) {
  const isEnd = ({ object }: Json): boolean => asObject(asObject(object)['metadata'])['name'] === 'end';
  const watch = (query: string): Promise<readonly Json[]> =>
    client.watch(`${base}?watch=1&resourceVersion=${version}${query}`, isEnd, stop);
  return [
    { name: 'watch', told: watch(''), matches: () => true },
    { name: 'watch of app=x', told: watch('&labelSelector=app%3Dx'), matches: ({ labels }: ModelObject) => labels['app'] === 'x' },
  ];
}

const sorted = (map: Readonly<Record<string, unknown>>): unknown => Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));

/** An object as text, without ids, versions and times. */
const textOf = ({ name, labels, data, finalizers, deleting }: ModelObject): string =>
  JSON.stringify([name, sorted(labels), sorted(data), finalizers, deleting]);

function shown(object: Json): string {
  const { name, labels, finalizers = [], deletionTimestamp } = asObject(object['metadata']);
  return JSON.stringify([name, sorted(asObject(labels)), sorted(asObject(object['data'])), finalizers, deletionTimestamp !== undefined]);
}

async function play(session: Session, command: Command): Promise<string | undefined> {
  switch (command.do) {
    case 'list':
      return compareList(session, command);
    case 'past':
      return comparePast(session, command.back);
    case 'get':
      return compare(session, await session.client.send('GET', `${session.base}/${command.name}`), readOf(session, command.name));
    case 'deleteAll': {
      const selector = `labelSelector=app%3D${command.app}`;
      const reply = await session.client.send('DELETE', `${session.base}?${selector}`);
      const why = compare(
        session,
        reply,
        session.model.removeAll(({ labels }) => labels['app'] === command.app),
      );
      // Which versions they have now is learned by a list.
      return why ?? compareList(session, { app: undefined, limit: 0 });
    }
    case 'delete':
      return remove(session, command);
    default:
      return write(session, command);
  }
}

const readOf = ({ model }: Session, name: string): Expected => {
  const object = model.objects.get(name);
  return object === undefined ? { status: 404 } : { status: 200, object, unchanged: true };
};

async function remove(session: Session, { name, policy, otherUid }: Extract<Command, { do: 'delete' }>): Promise<string | undefined> {
  const body = {
    ...(policy === undefined ? {} : { propagationPolicy: policy }),
    ...(otherUid ? { preconditions: { uid: 'another' } } : {}),
  };
  const reply = await session.client.send('DELETE', `${session.base}/${name}`, { body });
  const refused = otherUid && session.model.objects.has(name);
  return compare(session, reply, refused ? { status: 409 } : session.model.remove(name));
}

type Write = Extract<Command, { do: 'apply' | 'create' | 'json' | 'merge' | 'put' | 'release' }>;

async function write(session: Session, command: Write): Promise<string | undefined> {
  const { client, base, model } = session;
  const { name } = command;
  const send = (method: string, type: string, body: unknown, query = ''): Promise<Reply> =>
    client.send(method, `${base}${method === 'POST' ? '' : `/${name}`}?fieldManager=${command.do === 'apply' ? APPLIER : WRITER}${query}`, {
      body,
      type,
    });
  switch (command.do) {
    case 'create': {
      const given = { labels: { app: command.app }, data: command.data, finalizers: command.finalizer ? [FINALIZER] : [] };
      const body = bodyOf(name, given.labels, given.data, { finalizers: given.finalizers });
      const reply = await send('POST', 'application/json', body, command.dryRun ? '&dryRun=All' : '');
      if (command.dryRun) return model.objects.has(name) === (reply.status === 409) ? undefined : `dry run: ${reply.status}`;
      return compare(session, reply, model.create(name, given));
    }
    case 'put':
      return put(session, command, send);
    case 'merge': {
      const type = command.strategic ? 'application/strategic-merge-patch+json' : 'application/merge-patch+json';
      return compare(session, await send('PATCH', type, { data: command.keys }), model.merge(name, command.keys));
    }
    case 'json':
      return jsonPatch(session, command, send);
    case 'apply': {
      const hasData = Object.keys(command.data).length > 0;
      const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name }, ...(hasData ? { data: command.data } : {}) };
      const reply = await send('PATCH', 'application/apply-patch+yaml', body, command.force ? '&force=true' : '');
      return compare(session, reply, model.apply(name, command.data, command.force));
    }
    case 'release':
      return compare(session, await send('PATCH', 'application/merge-patch+json', { metadata: { finalizers: null } }), model.release(name));
  }
}

type Send = (method: string, type: string, body: unknown, query?: string) => Promise<Reply>;

async function put(
  session: Session,
  { name, app, data, version }: Extract<Command, { do: 'put' }>,
  send: Send,
): Promise<string | undefined> {
  const { model, versions, stale } = session;
  const current = model.objects.get(name);
  const given = version === 'none' ? undefined : version === 'stale' ? stale.get(name) : versions.get(name);
  const labels = { app };
  const more = { finalizers: current?.finalizers ?? [], ...(given === undefined ? {} : { resourceVersion: given }) };
  const reply = await send('PUT', 'application/json', bodyOf(name, labels, data, more));
  const isOld = current !== undefined && given !== undefined && given !== versions.get(name);
  return compare(session, reply, isOld ? { status: 409 } : model.write(name, { labels, data }));
}

async function jsonPatch(
  session: Session,
  { name, key, value, expects }: Extract<Command, { do: 'json' }>,
  send: Send,
): Promise<string | undefined> {
  const current = session.model.objects.get(name);
  const test = expects === undefined ? [] : [{ op: 'test', path: `/data/${key}`, value: expects }];
  // Without any data there is no map to add to.
  const hasMap = Object.keys(current?.data ?? {}).length > 0;
  const operation = hasMap ? { op: 'add', path: `/data/${key}`, value } : { op: 'add', path: '/data', value: { [key]: value } };
  const reply = await send('PATCH', 'application/json-patch+json', [...test, operation]);
  const fails = current !== undefined && expects !== undefined && current.data[key] !== expects;
  return compare(session, reply, fails ? { status: 422 } : session.model.merge(name, { [key]: value }));
}

/** The status, the object, and that its version grew exactly when something changed. */
function compare(session: Session, { status, body }: Reply, expected: Expected): string | undefined {
  if (status !== expected.status) return `status ${status} instead of ${expected.status}: ${String(body['message'])}`;
  const { object } = expected;
  if (object === undefined) return undefined;
  if (shown(body) !== textOf(object)) return `${shown(body)} instead of ${textOf(object)}`;
  const version = String(asObject(body['metadata'])['resourceVersion']);
  return noteVersion(session, object, version, expected.unchanged === true);
}

function noteVersion(
  { versions, stale, past, model }: Session,
  { name }: ModelObject,
  version: string,
  unchanged: boolean,
): string | undefined {
  const before = versions.get(name);
  if (unchanged && before !== version) return `version ${version} instead of ${before}, though nothing changed`;
  if (!unchanged && Number(version) <= Math.max(0, ...past.map((state) => Number(state.version)))) return `version ${version} is not newer`;
  if (before !== undefined && before !== version) stale.set(name, before);
  versions.set(name, version);
  if (!unchanged) past.push({ version, objects: model.sorted() });
  return undefined;
}

/** All pages together are the model's list, at one version. */
async function compareList(
  session: Session,
  { app, limit }: { readonly app: string | undefined; readonly limit: number },
): Promise<string | undefined> {
  const { client, base, model, versions } = session;
  const selector = app === undefined ? '' : `&labelSelector=app%3D${app}`;
  const expected = model.sorted().filter(({ labels }) => app === undefined || labels['app'] === app);
  const items: Json[] = [];
  let next = '';
  let version: unknown;
  do {
    const { status, body } = await client.send('GET', `${base}?limit=${limit}${selector}${next}`);
    const metadata = asObject(body['metadata']);
    if (status !== 200) return `status ${status} of a list`;
    if (version !== undefined && metadata['resourceVersion'] !== version) return 'pages of different versions';
    version = metadata['resourceVersion'];
    items.push(...(body['items'] as Json[])); // a list has its items
    const token = metadata['continue'];
    next = typeof token === 'string' ? `&continue=${token}` : '';
  } while (next !== '');
  for (const item of items) {
    const { name, resourceVersion } = asObject(item['metadata']);
    versions.set(String(name), String(resourceVersion));
  }
  const [seen, wanted] = [items.map(shown).join('\n'), expected.map(textOf).join('\n')];
  return seen === wanted ? undefined : `list:\n${seen}\ninstead of\n${wanted}`;
}

async function comparePast({ client, base, past }: Session, back: number): Promise<string | undefined> {
  const state = past.at(-1 - back);
  if (state === undefined) return undefined;
  const { body } = await client.send('GET', `${base}?resourceVersion=${state.version}&resourceVersionMatch=Exact`);
  const seen = (body['items'] as Json[] | undefined)?.map(shown).join('\n');
  const wanted = state.objects.map(textOf).join('\n');
  return seen === wanted ? undefined : `at version ${state.version}:\n${seen}\ninstead of\n${wanted}`;
}
