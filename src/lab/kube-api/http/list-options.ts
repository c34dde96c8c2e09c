/** Selectors and paging of lists and watches. Source: apimachinery labels, fields and apiserver pagination, 1.36. */
import { matchesRequirements, parseLabelSelector } from '../../../kubernetes/index.ts';
import { messageOf } from '../../../base/index.ts';
import { isObject } from '../json.ts';
import { badRequest } from '../statuses.ts';
import type { Stored } from '../store.ts';

export type Filter = (object: Stored) => boolean;

const POD_FIELDS = [
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.schedulerName',
  'spec.serviceAccountName',
  'spec.hostNetwork',
  'status.phase',
  'status.podIP',
  'status.nominatedNodeName',
];
const EVENT_FIELDS = [
  'involvedObject.kind',
  'involvedObject.namespace',
  'involvedObject.name',
  'involvedObject.uid',
  'involvedObject.apiVersion',
  'involvedObject.resourceVersion',
  'involvedObject.fieldPath',
  'reason',
  'reportingComponent',
  'source',
  'type',
];
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Pod: POD_FIELDS,
  Event: EVENT_FIELDS,
  Node: ['spec.unschedulable'],
  Namespace: ['status.phase'],
  Secret: ['type'],
  ReplicaSet: ['status.replicas'],
  Job: ['status.successful'],
  Service: ['spec.clusterIP', 'spec.type'],
};

/** Builds the filter of a request. Errors: `ApiError` 400 on selectors that make no sense. */
export function filterOf(kind: string, query: URLSearchParams): Filter {
  const byLabel = labelFilter(query.get('labelSelector') ?? '');
  const byField = fieldFilter(kind, query.get('fieldSelector') ?? '');
  return (object) => byLabel(object) && byField(object);
}

function labelFilter(text: string): Filter {
  if (text === '') return () => true;
  const bare = /^\s*([^\s,=!()]+)\s+([^\s,=!()]+)\s*$/.exec(text);
  if (bare && !['in', 'notin'].includes(bare[2] ?? '')) {
    throw badRequest(`unable to parse requirement: found '${bare[2]}', expected: in, notin, =, ==, !=, gt, lt`);
  }
  const open = /\b(?:in|notin)\s+([^\s(][^\s,]*)/.exec(text);
  if (open) throw badRequest(`unable to parse requirement: found '${open[1]}' expected: '('`);
  try {
    const requirements = parseLabelSelector(text);
    return ({ metadata }) => matchesRequirements(requirements, metadata.labels);
  } catch (error) {
    throw badRequest(messageOf(error));
  }
}

function fieldFilter(kind: string, text: string): Filter {
  if (text === '') return () => true;
  const known = ['metadata.name', 'metadata.namespace', ...(FIELDS[kind] ?? [])];
  const terms = text.split(',').map((term) => {
    const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(term);
    if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, field = '', operator, value = ''] = match;
    if (!known.includes(field.replace(/^regarding\./, 'involvedObject.'))) throw badRequest(unknownField(kind, field));
    return { field, value, equal: operator !== '!=' };
  });
  return (object) => terms.every(({ field, value, equal }) => (fieldOf(object, field) === value) === equal);
}

const unknownField = (kind: string, field: string): string =>
  FIELDS[kind] === undefined
    ? `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`
    : `field label not supported: ${field}`;

function fieldOf(object: Stored, field: string): string {
  let value: unknown = object;
  for (const key of field.replace(/^regarding\./, 'involvedObject.').split('.')) value = isObject(value) ? value[key] : undefined;
  if (field === 'source' && isObject(value)) value = value['component'];
  if (value === undefined || value === null) return field === 'spec.unschedulable' || field === 'spec.hostNetwork' ? 'false' : '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export const byKey = (a: Stored, b: Stored): number => {
  const left = `${a.metadata.namespace ?? ''}/${a.metadata.name}`;
  const right = `${b.metadata.namespace ?? ''}/${b.metadata.name}`;
  return left < right ? -1 : left > right ? 1 : 0;
};

interface Token {
  readonly revision: number;
  readonly after: string;
}

const keyText = ({ metadata }: Stored): string => `${metadata.namespace ?? ''}/${metadata.name}`;

export interface Page {
  readonly items: readonly Stored[];
  readonly next: string | undefined;
  readonly remaining: number;
}

/** Cuts a page out of a sorted list. Errors: `ApiError` 400 on a token that is none of ours. */
export function pageOf(sorted: readonly Stored[], query: URLSearchParams, revision: number): Page {
  const text = query.get('continue') ?? '';
  // A read from the cache (version 0) is never cut.
  const limit = query.get('resourceVersion') === '0' ? 0 : Number(query.get('limit') ?? '0');
  let rest = sorted;
  let tokenRevision: number | undefined;
  if (text !== '') {
    const token = readToken(text);
    tokenRevision = token.revision;
    rest = sorted.filter((object) => keyText(object) > token.after);
  }
  const items = limit > 0 ? rest.slice(0, limit) : rest;
  const remaining = rest.length - items.length;
  const last = items.at(-1);
  const token = remaining > 0 && last ? writeToken({ revision: tokenRevision ?? revision, after: keyText(last) }) : undefined;
  return { items, next: token, remaining };
}

/** The revision that a continued list goes on at, so that all its pages show one state. */
export function revisionOfToken(query: URLSearchParams): number | undefined {
  const text = query.get('continue') ?? '';
  if (text === '') return undefined;
  if (!['', '0', null].includes(query.get('resourceVersion')))
    throw badRequest('specifying resource version is not allowed when using continue');
  return readToken(text).revision;
}

const writeToken = (token: Token): string => Buffer.from(JSON.stringify({ v: 'lab', ...token })).toString('base64url');

function readToken(text: string): Token {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (isObject(value) && typeof value['revision'] === 'number' && typeof value['after'] === 'string') {
      return { revision: value['revision'], after: value['after'] };
    }
  } catch {
    // Falls through to the refusal below: whatever is wrong with it, it is not our token.
  }
  throw badRequest("invalid continue token: continue key is not valid: invalid character 'i' looking for beginning of value");
}
