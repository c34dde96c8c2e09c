/** Compares an answer with the recorded one, after what can not be equal has become placeholders. */
import { asObject, isObject } from './exchange.ts';

/** How far a controller had come when an answer was given is a matter of time, not of the API. */
const PACED = ['deployment.kubernetes.io/revision', 'tolerationSeconds'];

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|uid-\d+/g;
const MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z|<(micro)?time>/g;

/** Ids, versions and times become placeholders; column descriptions and (unless asked for) managed fields go. */
export function normal(value: unknown, managedFields = false): unknown {
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
/** Recorded placeholders (`<rand1>`, `<age>`, `<clusterIP1>`) stand for any text. */
export function fits(here: unknown, recorded: unknown): boolean {
  if (typeof here !== 'string' || typeof recorded !== 'string' || !recorded.includes('<')) return false;
  const escaped = recorded.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/<[a-zA-Z]+\d*>/g, '(?:.|\\n)*?');
  return new RegExp(`^${escaped}$`).test(here);
}

/** The first difference, on one line. */
export function difference(here: unknown, recorded: unknown, path: string): string | undefined {
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
