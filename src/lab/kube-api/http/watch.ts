/** Watches: changes as a stream of JSON lines. Source: apiserver watch cache semantics and KEP-3157, 1.36. */
import { groupVersionOf } from '../../../kubernetes/index.ts';
import type { Json } from '../json.ts';
import { failure, internalError, invalid } from '../statuses.ts';
import type { Change, Stored } from '../store.ts';
import { byKey, filterOf, type Filter } from './list-options.ts';
import { formOf, tableOf, versioned } from './represent.ts';
import type { Answer, Call, Target } from './types.ts';
import { startStream } from './write-answer.ts';

const BOOKMARK_PERIOD_MS = 60_000;
const DEFAULT_TIMEOUT_SECONDS = 1800;
/** A client that does not read is cut off rather than remembered for. */
const LONGEST_BACKLOG_BYTES = 64 * 1024 * 1024;

interface Stream {
  readonly call: Call;
  readonly target: Target;
  readonly filter: Filter;
  /** Columns are told once. */
  columnsTold: boolean;
}

/** Answers a watch; the stream ends with the time limit, the client or the server. Errors: `ApiError` before it starts. */
export function serveWatch(call: Call, target: Target): Answer {
  const { query, store } = call;
  const kind = target.served.resource.kind;
  const asked = query.get('resourceVersion') ?? '';
  if (asked !== '' && !/^\d+$/.test(asked)) {
    throw internalError(`resourceVersion: Invalid value: "${asked}": strconv.ParseUint: parsing "${asked}": invalid syntax`);
  }
  const initialEvents = query.get('sendInitialEvents') === 'true';
  checkInitialEvents(query, initialEvents);
  const byQuery = filterOf(kind, query);
  const filter: Filter = (object) =>
    byQuery(object) &&
    (target.namespace === undefined || object.metadata.namespace === target.namespace) &&
    (target.name === undefined || object.metadata.name === target.name);
  const stream: Stream = { call, target, filter, columnsTold: false };
  startStream(call, 'application/json');
  const fromNow = asked === '' || asked === '0' || initialEvents;
  if (fromNow) {
    for (const object of store.list(kind, target.namespace).filter(filter).sort(byKey)) send(stream, 'ADDED', object);
    if (initialEvents) bookmark(stream, { 'k8s.io/initial-events-end': 'true' });
  } else if (!replay(stream, Number(asked))) {
    call.response.end();
    return 'streamed';
  }
  follow(stream);
  return 'streamed';
}

function checkInitialEvents(query: URLSearchParams, asked: boolean): void {
  if (!asked && query.get('resourceVersionMatch') === null) return;
  const refuse = (message: string): Error =>
    invalid({ kind: 'ListOptions', group: 'meta.k8s.io' }, '', [
      { reason: 'FieldValueForbidden', message: `Forbidden: ${message}`, field: 'resourceVersionMatch' },
    ]);
  if (!asked) throw refuse('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  if (query.get('resourceVersionMatch') !== 'NotOlderThan') {
    throw refuse('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  }
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

function follow(stream: Stream): void {
  const { call, target } = stream;
  const seconds = Number(call.query.get('timeoutSeconds') ?? '0') || DEFAULT_TIMEOUT_SECONDS;
  const cancelChanges = call.store.subscribe(target.served.resource.kind, (change) => pass(stream, change));
  const bookmarks = call.query.get('allowWatchBookmarks') === 'true' || call.query.get('allowWatchBookmarks') === '1';
  let cancelBookmark = (): void => {};
  const nextBookmark = (): void => {
    cancelBookmark = call.clock.after(BOOKMARK_PERIOD_MS, () => {
      bookmark(stream);
      nextBookmark();
    });
  };
  if (bookmarks) nextBookmark();
  const end = (): void => {
    cancelChanges();
    cancelBookmark();
    cancelEnd();
    call.response.end();
  };
  const cancelEnd = call.clock.after(seconds * 1000, end);
  if (call.signal.aborted) end();
  else call.signal.addEventListener('abort', end, { once: true });
}

/** Tells a change as the watch's selectors see it: an object that no longer matches is gone. */
function pass(stream: Stream, { type, object, previous, revision }: Change): void {
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
  } else line(stream, { type, object: versioned(target.served, object) });
}

function bookmark(stream: Stream, annotations?: Readonly<Record<string, string>>): void {
  const { call, target } = stream;
  const { resource } = target.served;
  const metadata = { resourceVersion: String(call.store.revision), ...(annotations ? { annotations } : {}) };
  const object =
    formOf(call) === 'table'
      ? tableOf(call, target.served, [], metadata, !stream.columnsTold)
      : { kind: resource.kind, apiVersion: groupVersionOf(resource), metadata };
  line(stream, { type: 'BOOKMARK', object });
}

function line({ call: { response } }: Stream, event: Json): void {
  if (response.writableEnded || response.destroyed) return;
  response.write(`${JSON.stringify(event)}\n`);
  if (response.writableLength > LONGEST_BACKLOG_BYTES) response.destroy();
}
