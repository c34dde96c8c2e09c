/** Compares an answer with the recorded one. What can not be equal - ids, versions, times, addresses - has to be of the same kind and in the same relations. */
import { asObject, isObject, type Json } from './exchange.ts';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|uid-\d+/g;
const MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;

/** The recording's cluster waited 5 seconds where a cluster waits 300. */
const DEFAULT_TOLERATIONS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
const RECORDED_TOLERATION_SECONDS = 5;

export interface Shown {
  /** Without it managed fields are left out, as they were from most recordings. */
  readonly managedFields: boolean;
  /** How far a controller had come by then is a matter of pace: its annotation and its own managed fields are left out. */
  readonly paced: boolean;
}

const placeholders = (plain: string): string =>
  plain
    .replace(UUID, '<uid>')
    .replace(MOMENT, (_text, fraction) => (fraction === undefined ? '<time>' : '<microtime>'))
    .replace(/\b(rv-\d+)\b/g, '<rv>')
    .replace(/ResourceVersion in record \(\d+\)/, 'ResourceVersion in record (<rv>)')
    .replace(/current: \d+/, 'current: <rv>')
    .replace(/too old resource version: \d+ \(\d+\)/, 'too old resource version: <rv> (<rv>)')
    .replace(/kube-api-access-(<rand>|[a-z0-9]{5})/g, 'kube-api-access-<rand>')
    .replace(/"resourceVersion\\?":\\?"\d+\\?"/g, '"resourceVersion":"<rv>"')
    .replace(/10\.(96|0)\.0\.1\b/g, '<clusterIP>')
    .replace(/127\.0\.0\.1:\d+/g, '<server>');

/** Entries of managed fields by who and how, other items by all they hold. */
const sortText = (item: unknown): string => {
  const { operation, manager, subresource, ...rest } = asObject(item);
  return JSON.stringify([operation, manager, subresource, rest]);
};

/** Whole ids and versions stay as they are, for `Relations`; inside of texts they become placeholders. */
export function normal(value: unknown, shown: Shown): unknown {
  const walk = (node: unknown, key: string): unknown => {
    if (typeof node === 'string') return key === 'resourceVersion' || key === 'uid' ? node : key === 'ca.crt' ? '<ca>' : placeholders(node);
    if (Array.isArray(node)) return walkList(node, key);
    return isObject(node) ? walkObject(node) : node;
  };
  const walkList = (list: readonly unknown[], key: string): unknown[] => {
    if (key === 'cells') return list.map((cell) => (/^[\d.]+(,[\d.]+)+$/.test(String(cell)) ? String(cell).split(',').sort().join(',') : walk(cell, '')));
    // Bindings and pods come out of Go maps, so the order of rules and endpoints is chance.
    const isMap = /^(r|nonR)esourceRules$/.test(key) || (key === 'endpoints' && list.every((item) => isObject(item) && 'addresses' in item));
    const left = list.filter((item) => !(shown.paced && key === 'managedFields' && asObject(item)['manager'] === 'kube-controller-manager'));
    const items = left.map((item) => walk(item, ''));
    // Entries of one second stand by manager; when the second ends is chance.
    const isShuffled = key === 'managedFields' || isMap;
    return isShuffled ? items.sort((a, b) => (sortText(a) < sortText(b) ? -1 : 1)) : items;
  };
  const walkObject = (node: Json): Json => {
    const isColumn = 'priority' in node && 'format' in node;
    const isDefault = DEFAULT_TOLERATIONS.includes(String(node['key'])) && node['tolerationSeconds'] === RECORDED_TOLERATION_SECONDS;
    const entries = Object.entries(node).filter(
      ([name]) => !(name === 'managedFields' && !shown.managedFields) && !(shown.paced && name === 'deployment.kubernetes.io/revision') && !(isColumn && name === 'description'),
    );
    const walked = entries.map(([name, member]): [string, unknown] => [name, isDefault && name === 'tolerationSeconds' ? 300 : walk(member, name)]);
    return Object.fromEntries(walked.filter(([name, member]) => !(shown.paced && name === 'annotations') || Object.keys(asObject(member)).length > 0));
  };
  return walk(value, '');
}

/** Which recorded id is which here, and the versions seen in one answer. */
export class Relations {
  readonly #parts: { readonly uids: Map<string, string>; readonly standing: ReadonlySet<string> };
  readonly #seen = new Map<string, string>();
  readonly #versions: [recorded: number, here: number, path: string][] = [];

  /** `uids`: of the answers before, `keep` adds to them; `standing`: ids of objects that no recorded step made. */
  constructor(parts: { readonly uids: Map<string, string>; readonly standing: ReadonlySet<string> }) {
    this.#parts = parts;
  }

  /** The same recorded id always stands for the same id. */
  sameUid(here: string, recorded: string): boolean {
    const known = this.#parts.uids.get(recorded) ?? this.#seen.get(recorded);
    if (known === undefined) this.#seen.set(recorded, here);
    return known === undefined || known === here;
  }

  /** Remembers the ids of an answer that agreed. */
  keep(): void {
    for (const [recorded, here] of this.#seen) this.#parts.uids.set(recorded, here);
  }

  /** Objects that stood before, or that controllers and kubelets write, have versions by chance. */
  noteVersion(here: Json, recorded: Json, path: string): void {
    const [version, as] = [here['resourceVersion'], recorded['resourceVersion']];
    if (typeof version !== 'string' || typeof as !== 'string' || !/^\d+$/.test(version) || !/^rv-\d+$/.test(as)) return;
    if (this.#parts.standing.has(String(here['uid'])) || 'ownerReferences' in here) return;
    this.#versions.push([Number(as.slice(3)), Number(version), path]);
  }

  /** Versions of one answer have the recorded order: equal where equal, newer where newer. */
  wrongOrder(): string | undefined {
    const sorted = this.#versions.sort(([a], [b]) => a - b);
    for (const [index, [recorded, here, path]] of sorted.entries()) {
      const [before, hereBefore] = sorted[index - 1] ?? [0, 0];
      if (recorded === before ? here !== hereBefore : here <= hereBefore) return `${path}: version ${here} does not follow ${hereBefore} as recorded`;
    }
    return undefined;
  }
}

/** Recorded placeholders (`<rand1>`, `<age>`, `<clusterIP1>`) stand for any text. */
export function fits(here: unknown, recorded: unknown): boolean {
  if (typeof here !== 'string' || typeof recorded !== 'string' || !recorded.includes('<')) return false;
  const escaped = recorded.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/<[a-zA-Z]+-?\d*>/g, '(?:.|\\n)*?');
  return new RegExp(`^${escaped}$`).test(here);
}

/** The first difference, on one line. */
export function difference(here: unknown, recorded: unknown, path: string, relations: Relations): string | undefined {
  if (typeof here === 'string' && typeof recorded === 'string') {
    if (/^uid-\d+$/.test(recorded)) return relations.sameUid(here, recorded) ? undefined : `${path}: another id than before`;
    if (path.endsWith('.resourceVersion') && (recorded === '') === (here === '')) return undefined;
  }
  if (Object.is(here, recorded) || fits(here, recorded)) return undefined;
  if (Array.isArray(here) && Array.isArray(recorded)) {
    for (let index = 0; index < Math.max(here.length, recorded.length); index++) {
      const found = difference(here[index], recorded[index], `${path}[${index}]`, relations);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (isObject(here) && isObject(recorded)) {
    relations.noteVersion(here, recorded, path);
    for (const key of new Set([...Object.keys(recorded), ...Object.keys(here)])) {
      const found = difference(here[key], recorded[key], `${path}.${key}`, relations);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return `${path}: ${short(here)} instead of ${short(recorded)}`;
}

const short = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 260);
