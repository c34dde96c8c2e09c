/**
 * Writes src/lab/kube-api/schema/descriptions-data.ts: what the API's own documentation says of each type and field, and the shapes that the recorded
 * documents lack. Taken from the packages that carry them: @kubernetes/client-node (Kubernetes 1.34), and kubernetes-types (1.30) for what the
 * former leaves out (fields that hold another type) and for line breaks.
 * Usage: node scripts/run.js scripts/generate-descriptions.ts
 */
import { existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gunzipSync } from 'node:zlib';
import { OPENAPI_DATA } from '../src/lab/kube-api/schema/openapi-data.ts';

const MODELS = 'node_modules/@kubernetes/client-node/dist/gen/models';
const TYPES = 'node_modules/kubernetes-types';
const TARGET = 'src/lab/kube-api/schema/descriptions-data.ts';

interface Told {
  readonly text: string;
  readonly fields: Readonly<Record<string, string>>;
}

interface Schema {
  readonly properties?: Readonly<Record<string, unknown>>;
}

const squeezed = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** The text of a comment, without its frame. */
function textOf(comment: string): string {
  const lines = comment
    .replace(/^\/\*\*/, '')
    .replace(/\*\/$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, ''));
  return lines
    .join('\n')
    .trim()
    .replaceAll(/\\(["'`])/g, '$1');
}

const COMMENT = String.raw`\/\*\*(?:[^*]|\*(?!\/))*\*\/`;

/** Types of a declaration file with their comments. */
function toldIn(source: string): Map<string, Told> {
  const found = new Map<string, Told>();
  const types = new RegExp(String.raw`(${COMMENT})?\s*export (?:declare class|interface) (\w+)[^{]*\{([\s\S]*?)\n\}`, 'g');
  for (const [, comment = '', name = '', body = ''] of source.matchAll(types)) {
    const members = body.matchAll(new RegExp(String.raw`(${COMMENT})\s*(?:readonly )?['"]?([\w$.-]+)['"]?\??:`, 'g'));
    const fields = Object.fromEntries([...members].map(([, text = '', field = '']) => [field, textOf(text)]));
    found.set(name, { text: textOf(comment), fields });
  }
  return found;
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** `io.k8s.api.core.v1.PodSpec` -> `core`, `v1`, `PodSpec`. */
function partsOf(name: string): readonly [group: string, version: string, type: string] {
  const parts = name.split('.');
  return [parts.at(-3) ?? '', parts.at(-2) ?? '', parts.at(-1) ?? ''];
}

async function modelOf(name: string): Promise<Told | undefined> {
  const [group, version, type] = partsOf(name);
  for (const model of [`${capital(group)}${capital(version)}${type}`, `${capital(version)}${type}`]) {
    const path = join(MODELS, `${model}.d.ts`);
    if (existsSync(path)) return toldIn(await readFile(path, 'utf8')).get(model);
  }
  return undefined;
}

const FILES = new Map<string, Map<string, Told>>();

async function olderOf(name: string): Promise<Told | undefined> {
  const [group, version, type] = partsOf(name);
  const folder = readdirSync(TYPES).find((entry) => entry === group || entry.split('.')[0] === group);
  const path = folder === undefined ? '' : join(TYPES, folder, `${version}.d.ts`);
  if (path === '' || !existsSync(path)) return undefined;
  const known = FILES.get(path) ?? toldIn(await readFile(path, 'utf8'));
  FILES.set(path, known);
  return known.get(type);
}

/** The newer text; with the line breaks of the older one where they say the same. */
const better = (newer = '', older = ''): string => (newer === '' || squeezed(newer) === squeezed(older) ? older : newer);

async function tell(name: string, { properties = {} }: Schema): Promise<readonly [string, Record<string, string>] | undefined> {
  const [newer, older] = [await modelOf(name), await olderOf(name)];
  if (newer === undefined && older === undefined) return undefined;
  const told = Object.keys(properties).map((field): [string, string] => [field, better(newer?.fields[field], older?.fields[field])]);
  const fields = Object.fromEntries(told.filter(([, text]) => text !== ''));
  return [better(newer?.text, older?.text), fields];
}

interface Attribute {
  readonly baseName: string;
  readonly type: string;
  readonly format: string;
}

const SCALARS: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'integer',
  boolean: 'boolean',
  any: 'object',
  IntOrString: 'string',
};
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const PREFIX = '#/components/schemas/';

/** Kinds that the recorded documents lack. */
const LACKING: readonly { readonly home: string; readonly group: string; readonly models: readonly string[] }[] = [
  { home: 'io.k8s.api.autoscaling.v1', group: 'autoscaling', models: ['V1HorizontalPodAutoscaler', 'V1HorizontalPodAutoscalerList'] },
  {
    home: 'io.k8s.api.resource.v1',
    group: 'resource.k8s.io',
    models: ['DeviceClass', 'ResourceClaim', 'ResourceClaimTemplate', 'ResourceSlice'].flatMap((kind) => [
      kind === 'ResourceClaim' ? 'ResourceV1ResourceClaim' : `V1${kind}`,
      `V1${kind}List`,
    ]),
  },
];

class Shapes {
  readonly made: Record<string, unknown> = {};
  readonly #known: ReadonlySet<string>;
  constructor(known: ReadonlySet<string>) {
    this.#known = known;
  }

  /** The name of a model's schema; the schema is made when there is none. */
  async nameOf(model: string, home: string): Promise<string> {
    const type = model.replace(/^(?:[A-Z][a-z]+)?V\d(?:beta\d)?/, '');
    // A group's name before the version tells it from another group's type of that name.
    const isHomes = /^[A-Z][a-z]+V\d/.test(model);
    for (const place of isHomes ? [home] : [home, META, 'io.k8s.api.core.v1'])
      if (this.#known.has(`${place}.${type}`)) return `${place}.${type}`;
    const name = `${home}.${type}`;
    if (this.made[name] !== undefined) return name;
    this.made[name] = {};
    this.made[name] = await this.#shapeOf(model, home);
    return name;
  }

  async #shapeOf(model: string, home: string): Promise<unknown> {
    const path = join(MODELS, `${model}.js`);
    const source = await readFile(path, 'utf8');
    const list = /attributeTypeMap = (\[[\s\S]*?\]);/.exec(source)?.[1] ?? '[]';
    const attributes: unknown = JSON.parse(list.replaceAll(/,(\s*\])/g, '$1'));
    if (!Array.isArray(attributes)) throw new Error(`${path} has no list of attributes`);
    const declared = await readFile(join(MODELS, `${model}.d.ts`), 'utf8');
    const properties: Record<string, unknown> = {};
    const required: string[] = [];
    // The generator of the package writes them so.
    for (const { baseName, type, format } of attributes as readonly Attribute[]) {
      properties[baseName] = await this.#typeOf(type, format, home);
      if (new RegExp(String.raw`'${baseName.replace('$', String.raw`\$`)}':`).test(declared)) required.push(baseName);
    }
    return { type: 'object', ...(required.length > 0 ? { required } : {}), properties };
  }

  async #typeOf(type: string, format: string, home: string): Promise<unknown> {
    const [, item] = /^Array<(.*)>$/.exec(type) ?? [];
    if (item !== undefined) return { type: 'array', items: await this.#typeOf(item, format, home) };
    const [, value] = /^\{ \[key: string\]: (.*); \}$/.exec(type) ?? [];
    if (value !== undefined) return { type: 'object', additionalProperties: await this.#typeOf(value, format, home) };
    if (type === 'Date') return { $ref: `${PREFIX}${META}.Time` };
    const scalar = SCALARS[type];
    if (scalar !== undefined) return { type: scalar, ...(format === '' || scalar !== 'integer' ? {} : { format }) };
    return { $ref: `${PREFIX}${await this.nameOf(type, home)}` };
  }
}

const recorded: unknown = JSON.parse(gunzipSync(Buffer.from(OPENAPI_DATA, 'base64')).toString('utf8'));
// Our own file: a map of schemas, as its generator wrote it.
const { schemas } = recorded as { readonly schemas: Readonly<Record<string, Schema>> };
const shapes = new Shapes(new Set(Object.keys(schemas)));
for (const { home, group, models } of LACKING) {
  for (const model of models) {
    const name = await shapes.nameOf(model, home);
    const [, version, kind] = partsOf(name);
    shapes.made[name] = { ...(shapes.made[name] as object), 'x-kubernetes-group-version-kind': [{ group, kind, version }] }; // made just now
  }
}
const texts: Record<string, readonly [string, Record<string, string>]> = {};
const untold: string[] = [];
for (const [name, schema] of Object.entries({ ...schemas, ...(shapes.made as Record<string, Schema>) })) {
  const told = await tell(name, schema);
  if (told === undefined) untold.push(name);
  else texts[name] = told;
}
const json = JSON.stringify({ texts, shapes: shapes.made });
const packed = brotliCompressSync(json, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } }).toString(
  'base64',
);
await writeFile(
  TARGET,
  `/** Generated by scripts/generate-descriptions.ts: what the Kubernetes API says of its types, and shapes of some more; brotli in base64. */\nexport const DESCRIPTIONS_DATA =\n  '${packed}';\n`,
);
const fields = Object.entries(schemas).flatMap(([name, { properties = {} }]) =>
  Object.keys(properties).map((field) => texts[name]?.[1][field]),
);
console.error(
  `${TARGET}: ${packed.length} characters of ${json.length}; ${Object.keys(texts).length} types, ${Object.keys(shapes.made).length} shapes`,
);
console.error(
  `fields with a text: ${fields.filter((text) => text !== undefined).length} of ${fields.length}; types without: ${untold.join(' ')}`,
);
