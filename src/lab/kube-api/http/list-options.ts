/** Selectors and paging of lists and watches. Source: apimachinery labels, fields and apiserver pagination, 1.36. */
import { matchesRequirements, parseLabelSelector } from '../../../kubernetes/index.ts';
import type { LabResource } from '../custom-resources/types.ts';
import { messageOf } from '../../../base/index.ts';
import { isObject, textOf } from '../json.ts';
import { badRequest } from '../statuses.ts';
import type { Stored } from '../store.ts';

export type Filter = (object: Stored) => boolean;

const EVENT_FIELDS = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

/** What can be selected by beyond name and namespace. Source: the field label conversions of each group, 1.36. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  CertificateSigningRequest: ['spec.signerName'],
  Event: [...EVENT_FIELDS.map((name) => `involvedObject.${name}`), 'reason', 'reportingComponent', 'source', 'type'],
  Job: ['status.successful'],
  Namespace: ['status.phase'],
  Node: ['spec.unschedulable'],
  Pod: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  ReplicaSet: ['status.replicas'],
  ReplicationController: ['status.replicas'],
  Secret: ['type'],
  Service: ['spec.clusterIP', 'spec.type'],
};

/** Other names that a version or an older client has for a field. */
const ALIASES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Event: {
    ...Object.fromEntries(EVENT_FIELDS.map((name) => [`regarding.${name}`, `involvedObject.${name}`])),
    'involvedObject.controller': 'reportingComponent',
    reportingController: 'reportingComponent',
  },
  Pod: { 'spec.host': 'spec.nodeName' },
};

/** Builds the filter of a request. Errors: `ApiError` 400 on selectors that make no sense. */
export function filterOf({ kind, custom }: Pick<LabResource, 'kind' | 'custom'>, query: URLSearchParams): Filter {
  const byLabel = labelFilter(query.get('labelSelector') ?? '');
  const byField = fieldFilter(kind, query.get('fieldSelector') ?? '', custom?.selectable ?? FIELDS[kind]);
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

function fieldFilter(kind: string, text: string, fields: readonly string[] | undefined): Filter {
  if (text === '') return () => true;
  const known = ['metadata.name', 'metadata.namespace', ...(fields ?? [])];
  // A comma or a backslash in a value is escaped.
  const terms = text.split(/(?<!\\),/).map((term) => {
    const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(term);
    if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, field = '', operator, value = ''] = match;
    const stored = ALIASES[kind]?.[field] ?? field;
    if (!known.includes(stored)) throw badRequest(unknownField(fields, field));
    return { field: stored, value: value.replaceAll(/\\([\\,=])/g, '$1'), equal: operator !== '!=' };
  });
  return (object) => terms.every(({ field, value, equal }) => (fieldOf(object, field) === value) === equal);
}

const unknownField = (fields: readonly string[] | undefined, field: string): string =>
  fields === undefined
    ? `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`
    : `field label not supported: ${field}`;

function fieldOf(object: Stored, field: string): string {
  let value: unknown = object;
  for (const key of field.split('.')) value = isObject(value) ? value[key] : undefined;
  if (field === 'source' && isObject(value)) value = value['component'];
  if (field === 'status.podIPs' && Array.isArray(value)) return value.map((item) => (isObject(item) ? textOf(item['ip']) : '')).join(',');
  if (value === undefined || value === null) return field === 'spec.unschedulable' || field === 'spec.hostNetwork' ? 'false' : '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export const byKey = (a: Stored, b: Stored): number => {
  const left = `${a.metadata.namespace ?? ''}/${a.metadata.name}`;
  const right = `${b.metadata.namespace ?? ''}/${b.metadata.name}`;
  return left < right ? -1 : left > right ? 1 : 0;
};

interface Token {
  /** The revision of the first page; undefined when the list goes on at the latest state. */
  readonly revision: number | undefined;
  readonly after: string;
}

const keyText = ({ metadata }: Stored): string => `${metadata.namespace ?? ''}/${metadata.name}`;

export interface Page {
  readonly items: readonly Stored[];
  readonly next: string | undefined;
  readonly remaining: number;
}

/** Cuts a page out of a sorted list. Errors: `ApiError` 400 on a token that is none of ours, or a limit that is no number. */
export function pageOf(sorted: readonly Stored[], query: URLSearchParams, revision: number): Page {
  const token = tokenOf(query);
  const given = query.get('limit') ?? '';
  if (!/^-?\d*$/.test(given)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(given)}: invalid syntax`);
  // A read from the cache (version 0) is never cut.
  const limit = query.get('resourceVersion') === '0' && token === undefined ? 0 : Number(given);
  const rest = token === undefined ? sorted : sorted.filter((object) => keyText(object) > token.after);
  const items = limit > 0 ? rest.slice(0, limit) : rest;
  const remaining = rest.length - items.length;
  const last = items.at(-1);
  const next = remaining > 0 && last ? writeToken({ revision, after: keyText(last) }) : undefined;
  return { items, next, remaining };
}

/** What a request's token says, or undefined. Errors: `ApiError` 400. */
export function tokenOf(query: URLSearchParams): Token | undefined {
  const text = query.get('continue') ?? '';
  if (text === '') return undefined;
  if (!['', '0', null].includes(query.get('resourceVersion')))
    throw badRequest('specifying resource version is not allowed when using continue');
  return readToken(text);
}

const LATEST = -1;

const writeToken = ({ revision = LATEST, after }: Token): string =>
  Buffer.from(JSON.stringify({ v: 'lab', revision, after })).toString('base64url');

/** A token that goes on after the same object, at the state of then. */
export const inconsistentToken = ({ after }: Token): string => writeToken({ revision: undefined, after });

function readToken(text: string): Token {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (isObject(value) && typeof value['revision'] === 'number' && typeof value['after'] === 'string') {
      const { revision, after } = value;
      return { revision: revision === LATEST ? undefined : revision, after };
    }
  } catch {
    // Falls through to the refusal below: whatever is wrong with it, it is not our token.
  }
  throw badRequest("invalid continue token: continue key is not valid: invalid character 'i' looking for beginning of value");
}
