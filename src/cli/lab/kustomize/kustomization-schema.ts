/** The fields of a kustomization that are known here. Source: kustomize, api/types (5.7). */
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod/mini';
import { EvenkeelError } from '../../../base/index.ts';
import type { SourceFile } from '../read-documents.ts';

const optionalText = z.optional(z.string());
const texts = z.record(z.string(), z.coerce.string());
const target = z.object({
  group: optionalText,
  version: optionalText,
  kind: optionalText,
  name: optionalText,
  namespace: optionalText,
  labelSelector: optionalText,
  annotationSelector: optionalText,
});
const generatorOptions = z.strictObject({
  labels: z.optional(texts),
  annotations: z.optional(texts),
  disableNameSuffixHash: z.optional(z.boolean()),
  immutable: z.optional(z.boolean()),
});
const generator = z.strictObject({
  name: z.string(),
  namespace: optionalText,
  behavior: z.optional(z.enum(['create', 'merge', 'replace'])),
  literals: z.optional(z.array(z.string())),
  files: z.optional(z.array(z.string())),
  env: optionalText,
  envs: z.optional(z.array(z.string())),
  type: optionalText,
  options: z.optional(generatorOptions),
});
const fieldOptions = z.object({
  delimiter: optionalText,
  index: z.optional(z.number()),
  create: z.optional(z.boolean()),
  encoding: z.optional(z.never()),
});
const replacement = z.object({
  source: z.optional(z.extend(target, { fieldPath: optionalText, options: z.optional(fieldOptions) })),
  sourceValue: optionalText,
  targets: z.array(
    z.object({
      select: target,
      reject: z.optional(z.array(target)),
      fieldPaths: z.optional(z.array(z.string())),
      options: z.optional(fieldOptions),
    }),
  ),
});
const list = z.optional(z.array(z.string()));

const kustomization = z.strictObject({
  apiVersion: optionalText,
  kind: z.optional(z.enum(['Kustomization', 'Component'])),
  metadata: z.optional(z.unknown()),
  resources: list,
  bases: list,
  components: list,
  namespace: optionalText,
  namePrefix: optionalText,
  nameSuffix: optionalText,
  commonLabels: z.optional(texts),
  labels: z.optional(
    z.array(z.strictObject({ pairs: texts, includeSelectors: z.optional(z.boolean()), includeTemplates: z.optional(z.boolean()) })),
  ),
  commonAnnotations: z.optional(texts),
  images: z.optional(
    z.array(
      z.strictObject({
        name: z.string(),
        newName: optionalText,
        newTag: z.optional(z.coerce.string()),
        tagSuffix: optionalText,
        digest: optionalText,
      }),
    ),
  ),
  replicas: z.optional(z.array(z.strictObject({ name: z.string(), count: z.number() }))),
  patches: z.optional(
    z.array(
      z.strictObject({
        path: optionalText,
        patch: optionalText,
        target: z.optional(target),
        options: z.optional(z.strictObject({ allowNameChange: z.optional(z.boolean()), allowKindChange: z.optional(z.boolean()) })),
      }),
    ),
  ),
  patchesStrategicMerge: list,
  patchesJson6902: z.optional(z.array(z.strictObject({ path: optionalText, patch: optionalText, target }))),
  configMapGenerator: z.optional(z.array(generator)),
  secretGenerator: z.optional(z.array(generator)),
  generatorOptions: z.optional(generatorOptions),
  replacements: z.optional(z.array(z.union([z.strictObject({ path: z.string() }), replacement]))),
  buildMetadata: z.optional(z.array(z.unknown())),
});

export type Kustomization = z.infer<typeof kustomization>;
export const replacementSchema = replacement;

/**
 * Reads a kustomization. Errors: `INVALID_INPUT`, or `UNSUPPORTED` for a field that is not known here (charts, plugins, vars), each with
 * file:line:column.
 */
export function readKustomization({ path, text }: SourceFile): Kustomization {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (keys: readonly PropertyKey[]): string => {
    const { line, col } = lines.linePos(offsetOf(document.contents, keys.map(String)));
    return `${path}:${line}:${col}`;
  };
  const [broken] = document.errors;
  if (broken) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw new EvenkeelError('INVALID_INPUT', `${path}:${line}:${col}: ${broken.message.split(/ at line |\n/)[0]}`, { blame: 'input' });
  }
  const given = z.safeParse(kustomization, document.toJS() ?? {});
  if (given.success) return given.data;
  const issues = given.error.issues as readonly Issue[]; // what zod tells of each
  const unknown = issues.flatMap(({ path: where, keys = [] }) => keys.map((key) => [...where, key]));
  if (unknown.length > 0) {
    throw unsupported(unknown.map((where) => `${at(where)}: ${where.map(String).join('.')}`).join(', '));
  }
  const found = issues.map(({ path: where, message }) => `${at(where)}: ${where.map(String).join('.')}: ${message}`);
  throw new EvenkeelError('INVALID_INPUT', found.join('\n'), { blame: 'input' });
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

function unsupported(what: string): EvenkeelError {
  return new EvenkeelError('UNSUPPORTED', `${what} is not supported here`, {
    blame: 'input',
    hint: 'Let kustomize build it: kubectl kustomize FOLDER > built.yaml, then lab up -f built.yaml',
  });
}

/** Where a field's name begins; the deepest place that is there when it is not. */
function offsetOf(node: unknown, [key, ...rest]: readonly string[]): number {
  const { items, range } = Object(node) as { items?: readonly unknown[]; range?: readonly [number, ...number[]] }; // any node may have them
  const start = range?.[0] ?? 0;
  if (key === undefined || items === undefined) return start;
  const pair = items.find((item) => String((Object(item) as { key?: unknown }).key) === key) as
    | { key?: unknown; value?: unknown }
    | undefined;
  const next = pair?.value ?? items[Number(key)];
  if (pair && rest.length === 0) return offsetOf(pair.key, []);
  return next === undefined ? start : offsetOf(next, rest);
}
