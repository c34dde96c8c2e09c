/** Lists: which state is shown, and in which pages. Source: apiserver storage/cacher, storage/continue.go and the metav1 list options' validation, 1.36. */
import { badRequest, failure, invalid, type FieldProblem } from '../statuses.ts';
import type { Stored } from '../store.ts';
import { byKey, filterOf, inconsistentToken, pageOf, tokenOf } from './list-options.ts';
import { representList } from './represent.ts';
import type { Answer, Call, Target } from './types.ts';

const MATCHES = ['Exact', 'NotOlderThan', ''];

/** Errors: `ApiError` 422 on options that contradict each other. */
function checkListOptions({ query }: Call): void {
  const problems: FieldProblem[] = [];
  const field = 'resourceVersionMatch';
  const forbid = (message: string, at = field): void =>
    void problems.push({ reason: 'FieldValueForbidden', message: `Forbidden: ${message}`, field: at });
  const match = query.get('resourceVersionMatch') ?? '';
  const version = query.get('resourceVersion') ?? '';
  if (match !== '') {
    if (version === '') forbid('resourceVersionMatch is forbidden unless resourceVersion is provided');
    if ((query.get('continue') ?? '') !== '') forbid('resourceVersionMatch is forbidden when continue is provided');
    if (!MATCHES.includes(match)) {
      const message = `Unsupported value: "${match}": supported values: ${MATCHES.map((item) => `"${item}"`).join(', ')}`;
      problems.push({ reason: 'FieldValueNotSupported', message, field });
    }
    if (match === 'Exact' && version === '0') forbid('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  }
  if (query.has('sendInitialEvents')) forbid('sendInitialEvents is forbidden for list', 'sendInitialEvents');
  if (problems.length > 0) throw invalid({ kind: 'ListOptions', group: 'meta.k8s.io' }, '', problems);
}

/** Errors: `ApiError` 400 and 504 on versions that are none or lie in the future. */
export function checkReadVersion({ query, store }: Call): void {
  const version = query.get('resourceVersion') ?? '';
  if (version === '' || version === '0') return;
  if (!/^\d+$/.test(version)) {
    throw badRequest(
      `invalid resource version: resourceVersion: Invalid value: "${version}": strconv.ParseUint: parsing "${version}": invalid syntax`,
    );
  }
  if (Number(version) > store.revision) {
    throw failure({
      code: 504,
      reason: 'Timeout',
      message: `Timeout: Too large resource version: ${version}, current: ${store.revision}`,
      details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 },
    });
  }
}

/** The objects that a request's path and selectors name, in order of their keys; as they were at a revision if one is given. */
export function selected(call: Call, { served: { resource }, namespace }: Target, revision?: number): Stored[] | undefined {
  const here = resource.namespaced ? namespace : undefined;
  const filter = filterOf(resource, call.query);
  const objects =
    revision === undefined
      ? call.store.list(resource.kind, here)
      : call.store.listAt(resource.kind, revision)?.filter(({ metadata }) => here === undefined || metadata.namespace === here);
  return objects?.filter(filter).sort(byKey);
}

/** The one revision that must be shown: an exact match, a version with pages (which means the same), or that of the first page. */
function wantedRevision({ query }: Call): number | undefined {
  const token = tokenOf(query);
  if (token !== undefined) return token.revision;
  const version = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  if (match === 'Exact') return Number(version);
  const isPaged = Number(query.get('limit') ?? '0') > 0;
  return match === '' && isPaged && version !== '' && version !== '0' ? Number(version) : undefined;
}

const expired = (message: string, next?: string): Error =>
  failure({ code: 410, reason: 'Expired', message, ...(next === undefined ? {} : { metadata: { continue: next } }) });

const CONTINUE_EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

/** Errors: `ApiError` 400, 410, 422, 504. */
export function listObjects(call: Call, target: Target): Answer {
  const { query, store } = call;
  checkListOptions(call);
  checkReadVersion(call);
  const revision = wantedRevision(call);
  const sorted = selected(call, target, revision);
  if (sorted === undefined) {
    const token = tokenOf(query);
    throw token === undefined
      ? expired('The resourceVersion for the provided list is too old.')
      : expired(CONTINUE_EXPIRED, inconsistentToken(token));
  }
  const page = pageOf(sorted, query, revision ?? store.revision);
  const filtered = (query.get('labelSelector') ?? '') !== '' || (query.get('fieldSelector') ?? '') !== '';
  const metadata = {
    resourceVersion: String(revision ?? store.revision),
    ...(page.next === undefined ? {} : { continue: page.next, ...(filtered ? {} : { remainingItemCount: page.remaining }) }),
  };
  return { status: 200, body: representList(call, target.served, page.items, metadata) };
}
