/** Config maps and secrets that a kustomization makes. Source: kustomize, api/kv and api/internal/generators (5.7). */
import { createHash } from 'node:crypto';
import { EvenkeelError } from '../../../base/index.ts';
import type { KubeObject } from '../../../kubernetes/index.ts';
import type { Json } from './resource.ts';

export interface GeneratorOptions {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly disableNameSuffixHash?: boolean | undefined;
  readonly immutable?: boolean | undefined;
}

export interface Generator {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly behavior?: 'create' | 'merge' | 'replace' | undefined;
  readonly literals?: readonly string[] | undefined;
  readonly files?: readonly string[] | undefined;
  readonly env?: string | undefined;
  readonly envs?: readonly string[] | undefined;
  readonly type?: string | undefined;
  readonly options?: GeneratorOptions | undefined;
}

/** Reads a file beside the kustomization, byte for byte. */
export type ReadBytes = (name: string) => Promise<Buffer>;

/** Makes the object. Errors: `INVALID_INPUT` for a literal without `=`, or a key that comes twice. */
export async function generate(
  kind: 'ConfigMap' | 'Secret',
  generator: Generator,
  options: GeneratorOptions,
  read: ReadBytes,
): Promise<KubeObject> {
  const pairs = new Map<string, Buffer>();
  for (const [key, value] of await pairsOf(generator, read)) {
    if (pairs.has(key)) throw invalid(`${kind} ${generator.name} is given the key ${key} twice`);
    pairs.set(key, value);
  }
  const { labels, annotations, immutable } = options;
  const { name, namespace } = generator;
  return {
    apiVersion: 'v1',
    kind,
    metadata: { name, ...(namespace !== undefined && { namespace }), ...(labels && { labels }), ...(annotations && { annotations }) },
    ...(kind === 'Secret' ? { type: generator.type ?? 'Opaque', ...secretData(pairs) } : configData(pairs)),
    ...(immutable === true && { immutable }),
  };
}

async function pairsOf({ literals = [], files = [], env, envs = [] }: Generator, read: ReadBytes): Promise<(readonly [string, Buffer])[]> {
  const pairs: (readonly [string, Buffer])[] = [];
  for (const name of [...envs, ...(env === undefined ? [] : [env])]) pairs.push(...environmentOf((await read(name)).toString('utf8')));
  for (const literal of literals) {
    const at = literal.indexOf('=');
    if (at < 1) throw invalid(`the literal '${literal.slice(0, Math.max(at, 0)) || '…'}' is not of the form key=value`);
    pairs.push([literal.slice(0, at), Buffer.from(unquoted(literal.slice(at + 1)))]);
  }
  for (const file of files) {
    const at = file.indexOf('=');
    const key = at < 0 ? (file.split('/').at(-1) ?? file) : file.slice(0, at);
    pairs.push([key, await read(at < 0 ? file : file.slice(at + 1))]);
  }
  return pairs;
}

const unquoted = (text: string): string => (/^(['"])[\s\S]*\1$/.test(text) && text.length > 1 ? text.slice(1, -1) : text);

/** Lines of KEY=VALUE as they stand; a key alone would come from the environment, of which a lab takes nothing. */
function environmentOf(text: string): (readonly [string, Buffer])[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.trimStart())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const at = line.indexOf('=');
      return at < 0 ? ([line, Buffer.alloc(0)] as const) : ([line.slice(0, at), Buffer.from(line.slice(at + 1))] as const);
    });
}

function configData(pairs: ReadonlyMap<string, Buffer>): Json {
  const data: Json = {};
  const binaryData: Json = {};
  for (const [key, value] of pairs) {
    const text = value.toString('utf8');
    if (Buffer.from(text, 'utf8').equals(value)) data[key] = text;
    else binaryData[key] = folded(value);
  }
  return { ...(Object.keys(data).length > 0 && { data }), ...(Object.keys(binaryData).length > 0 && { binaryData }) };
}

function secretData(pairs: ReadonlyMap<string, Buffer>): Json {
  return pairs.size === 0 ? {} : { data: Object.fromEntries([...pairs].map(([key, value]) => [key, folded(value)])) };
}

/** Long values come in lines of 70, which the hash of the name counts too. */
function folded(value: Buffer): string {
  const text = value.toString('base64');
  return text.length <= 70 ? text : `${(text.match(/.{1,70}/g) ?? []).join('\n')}\n`;
}

const invalid = (message: string): EvenkeelError => new EvenkeelError('INVALID_INPUT', message, { blame: 'input' });

/** The hash behind a generated name; the name itself is not in it. Source: kustomize, api/hasher. */
export function nameHash(object: KubeObject): string {
  const { data, binaryData, stringData, type } = object as { data?: Json; binaryData?: Json; stringData?: Json; type?: string }; // members that may be absent
  const { kind = '' } = object;
  const encoded =
    kind === 'Secret'
      ? { data: data ?? '', kind, name: '', ...(stringData && { stringData }), type: type ?? '' }
      : { ...(binaryData && { binaryData }), data: data ?? '', kind, name: '' };
  const hex = createHash('sha256').update(asGo(encoded)).digest('hex');
  const harmless: Readonly<Record<string, string>> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' };
  return hex.slice(0, 10).replace(/[013ae]/g, (letter) => harmless[letter] ?? letter);
}

/** As Go writes JSON: keys in the order of their bytes, and no characters that HTML would mind. */
function asGo(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(asGo).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return `{${entries.map(([key, member]) => `${asGo(key)}:${asGo(member)}`).join(',')}}`;
  }
  if (typeof value !== 'string') return JSON.stringify(value);
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
