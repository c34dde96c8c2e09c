/** Watches: changes as a stream of JSON lines. Source: apiserver watch cache semantics and KEP-3157, 1.36. */
import { groupVersionOf } from '../../../kubernetes/index.ts';
import type { Cancel } from '../../../base/index.ts';
import { kindOf } from '../custom-resources/types.ts';
import type { Json } from '../json.ts';
import { failure, internalError, invalid, type FieldProblem } from '../statuses.ts';
import type { Change, Stored } from '../store.ts';
import { byKey, filterOf, type Filter } from './list-options.ts';
import { queryFlag } from './query-flag.ts';
import { formOf, tableOf, versioned } from './represent.ts';
import type { Answer, Call, Target } from './types.ts';
import { startStream } from './write-answer.ts';
import { lastText } from './written.ts';

const BOOKMARK_PERIOD_MS = 60_000;
const BEFORE_END_MS = 2000;
const DEFAULT_TIMEOUT_SECONDS = 1800;
/** A client that does not read is cut off rather than remembered for. */
const LONGEST_BACKLOG_BYTES = 64 * 1024 * 1024;

/** All watchers of a kind hear of a change one after the other. */
const textOfChange = lastText();

interface Stream {
  readonly call: Call;
  readonly target: Target;
  readonly filter: Filter;
  /** Only what is newer is told: a watch may begin in the future. */
  readonly after: number;
  /** Columns are told once. */
  columnsTold: boolean;
}

/** Answers a watch; the stream ends with the time limit, the client or the server. Errors: `ApiError` before it starts. */
export function serveWatch(call: Call, target: Target): Answer {
  const { query, store } = call;
  const { resource } = target.served;
  const asked = query.get('resourceVersion') ?? '';
  if (asked !== '' && !/^\d+$/.test(asked)) {
    throw internalError(`resourceVersion: Invalid value: "${asked}": strconv.ParseUint: parsing "${asked}": invalid syntax`);
  }
  checkWatchOptions(query);
  const byQuery = filterOf(resource, query);
  const filter: Filter = (object) =>
    byQuery(object) &&
    (target.namespace === undefined || object.metadata.namespace === target.namespace) &&
    (target.name === undefined || object.metadata.name === target.name);
  const fromNow = asked === '' || asked === '0' || query.get('sendInitialEvents') === 'true';
  const stream: Stream = { call, target, filter, after: fromNow ? 0 : Number(asked), columnsTold: false };
  startStream(call, 'application/json');
  if (fromNow) beginWithState(stream);
  else if (!replay(stream, Number(asked))) {
    call.response.end();
    return 'streamed';
  }
  follow(stream, store.revision);
  return 'streamed';
}

function beginWithState(stream: Stream): void {
  const { call, target, filter } = stream;
  const { query, store } = call;
  const initial = query.get('sendInitialEvents');
  if (initial === 'false') return;
  for (const object of store.list(target.served.resource.kind, target.namespace).filter(filter).sort(byKey)) send(stream, 'ADDED', object);
  if (initial === 'true' && wantsBookmarks(query)) bookmark(stream, { 'k8s.io/initial-events-end': 'true' });
}

const wantsBookmarks = (query: URLSearchParams): boolean => queryFlag(query, 'allowWatchBookmarks');

/** Errors: `ApiError` 422. */
function checkWatchOptions(query: URLSearchParams): void {
  const problems: FieldProblem[] = [];
  const field = 'resourceVersionMatch';
  const forbid = (message: string): void => void problems.push({ reason: 'FieldValueForbidden', message: `Forbidden: ${message}`, field });
  const match = query.get('resourceVersionMatch') ?? '';
  const asksInitial = query.has('sendInitialEvents');
  if (asksInitial && match !== 'NotOlderThan') forbid('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  if (match !== '') {
    if (!asksInitial) forbid('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
    if (match !== 'NotOlderThan') {
      const message = `Unsupported value: "${match}": supported values: "NotOlderThan"`;
      problems.push({ reason: 'FieldValueNotSupported', message, field });
    }
    if ((query.get('continue') ?? '') !== '') forbid('resourceVersionMatch is forbidden when continue is provided');
  }
  if (problems.length > 0) throw invalid({ kind: 'ListOptions', group: 'meta.k8s.io' }, '', problems);
}

function replay(stream: Stream, revision: number): boolean {
  const { store } = stream.call;
  const changes = store.since(stream.target.served.resource.kind, revision);
  if (changes === undefined) {
    const { status } = failure({ code: 410, reason: 'Expired', message: `too old resource version: ${revision} (${store.revision})` });
    line(stream, { type: 'ERROR', object: status });
    return false;
  }
  for (const change of changes) pass(stream, change);
  return true;
}

/** `seen`: the revision that the stream has told everything of. */
function follow(stream: Stream, seen: number): void {
  const { call, target } = stream;
  const timeoutMs = (Number(call.query.get('timeoutSeconds') ?? '0') || DEFAULT_TIMEOUT_SECONDS) * 1000;
  const cancelChanges = call.store.subscribe(target.served.resource.kind, (change) => {
    // What was told with the state is still on its way to subscribers.
    if (change.revision > seen) pass(stream, change);
  });
  const cancelBookmarks = wantsBookmarks(call.query) ? startBookmarks(stream, timeoutMs) : (): void => {};
  const end = (): void => {
    cancelChanges();
    cancelBookmarks();
    cancelEnd();
    call.response.end();
  };
  const cancelEnd = call.clock.after(timeoutMs, end);
  if (call.signal.aborted) end();
  else call.signal.addEventListener('abort', end, { once: true });
}

/** About one a minute, and one just before the end. Source: cacher's cacheWatcher.nextBookmarkTime. */
function startBookmarks(stream: Stream, timeoutMs: number): Cancel {
  const { clock, store } = stream.call;
  const lastAt = clock.now() + timeoutMs - BEFORE_END_MS;
  let cancel: Cancel = () => {};
  const next = (): void => {
    const untilLast = lastAt - clock.now();
    const delay = untilLast > 0 ? Math.min(untilLast, BOOKMARK_PERIOD_MS) : BOOKMARK_PERIOD_MS;
    cancel = clock.after(delay, () => {
      // Behind the changes that still wait to be told: who comes back from here must not miss them.
      store.defer(() => bookmark(stream));
      next();
    });
  };
  next();
  return () => cancel();
}

/** Tells a change as the watch's selectors see it: an object that no longer matches is gone. */
function pass(stream: Stream, { type, object, previous, revision }: Change): void {
  if (revision <= stream.after) return;
  const matches = stream.filter(object);
  const matched = previous !== undefined && stream.filter(previous);
  if (type === 'DELETED') {
    if (matched || matches) send(stream, 'DELETED', object);
  } else if (matches) send(stream, matched ? 'MODIFIED' : 'ADDED', object);
  else if (matched) send(stream, 'DELETED', { ...previous, metadata: { ...previous.metadata, resourceVersion: String(revision) } });
}

function send(stream: Stream, type: string, object: Stored): void {
  const { call, target } = stream;
  const form = formOf(call);
  if (form === 'table') {
    const metadata = { resourceVersion: object.metadata.resourceVersion ?? '' };
    line(stream, { type, object: tableOf(call, target.served, [object], metadata, !stream.columnsTold) });
    stream.columnsTold = true;
  } else if (form === 'metadata') {
    line(stream, { type, object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata } });
  } else written(stream, `{"type":"${type}","object":${textOfChange(versioned(target.served, object))}}`);
}

function bookmark(stream: Stream, annotations?: Readonly<Record<string, string>>): void {
  const { call, target } = stream;
  const { resource } = target.served;
  const metadata = { resourceVersion: String(call.store.revision), ...(annotations ? { annotations } : {}) };
  const form = formOf(call);
  const object =
    form === 'table'
      ? tableOf(call, target.served, [], metadata, !stream.columnsTold)
      : form === 'metadata'
        ? { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }
        : { kind: kindOf(resource), apiVersion: groupVersionOf(resource), metadata };
  line(stream, { type: 'BOOKMARK', object });
}

const line = (stream: Stream, event: Json): void => written(stream, JSON.stringify(event));

function written({ call: { response } }: Stream, text: string): void {
  if (response.writableEnded || response.destroyed) return;
  response.write(`${text}\n`);
  if (response.writableLength > LONGEST_BACKLOG_BYTES) response.destroy();
}
