/** The part of kustomize that overlays commonly are made of. Source: kustomize's documentation, "The Kustomization File". */
import { parse } from 'yaml';
import { z } from 'zod/mini';
import { EvenkeelError } from '../../base/index.ts';
import type { KubeObject } from '../../kubernetes/index.ts';
import { resourceOf } from '../../kubernetes/index.ts';
import { addLabels, addMetadata, setImages, setReplicas } from './kustomize-fields.ts';
import { patchObjects } from './kustomize-patches.ts';
import type { SourceFile } from './read-documents.ts';

const texts = z.record(z.string(), z.string());
const image = z.object({
  name: z.string(),
  newName: z.optional(z.string()),
  newTag: z.optional(z.coerce.string()),
  digest: z.optional(z.string()),
});
const target = z.strictObject({
  group: z.optional(z.string()),
  version: z.optional(z.string()),
  kind: z.optional(z.string()),
  name: z.optional(z.string()),
  namespace: z.optional(z.string()),
});
const kustomization = z.strictObject({
  apiVersion: z.optional(z.string()),
  kind: z.optional(z.literal('Kustomization')),
  metadata: z.optional(z.unknown()),
  resources: z.optional(z.array(z.string())),
  bases: z.optional(z.array(z.string())),
  namespace: z.optional(z.string()),
  commonLabels: z.optional(texts),
  labels: z.optional(
    z.array(z.strictObject({ pairs: texts, includeSelectors: z.optional(z.boolean()), includeTemplates: z.optional(z.boolean()) })),
  ),
  commonAnnotations: z.optional(texts),
  images: z.optional(z.array(image)),
  replicas: z.optional(z.array(z.strictObject({ name: z.string(), count: z.number() }))),
  patches: z.optional(z.array(z.strictObject({ path: z.optional(z.string()), patch: z.optional(z.string()), target: z.optional(target) }))),
  patchesStrategicMerge: z.optional(z.array(z.string())),
});

/** A kustomization's own folder. */
export interface KustomizationFolder {
  read(name: string): Promise<SourceFile>;
  /** The objects of a file or folder. */
  load(name: string): Promise<KubeObject[]>;
}

/** Builds the objects. Errors: `UNSUPPORTED` naming the field that this does not know; `INVALID_INPUT`. */
export async function loadKustomization(file: SourceFile, folder: KustomizationFolder): Promise<KubeObject[]> {
  const given = z.safeParse(kustomization, parse(file.text) ?? {});
  if (!given.success) throw refusal(file.path, given.error.issues);
  const { data } = given;
  const names = [...(data.bases ?? []), ...(data.resources ?? [])];
  for (const name of names) {
    if (/^[a-z+]+:\/\/|^git@|^github\.com\//.test(name)) throw unsupported(file.path, `resources from elsewhere (${name})`);
  }
  let objects: KubeObject[] = [];
  for (const name of names) objects.push(...(await folder.load(name)));
  const patches = [...(data.patchesStrategicMerge ?? []).map(asPatch), ...(data.patches ?? [])];
  for (const { path, patch, target } of patches) {
    const source = path === undefined ? { path: file.path, text: patch ?? '' } : await folder.read(path);
    objects = patchObjects(objects, source, target);
  }
  const { namespace } = data;
  if (namespace !== undefined) objects = objects.map((object) => inNamespace(object, namespace));
  if (data.commonLabels) objects = objects.map((object) => addLabels(object, data.commonLabels ?? {}, 'everywhere'));
  for (const { pairs, includeSelectors, includeTemplates } of data.labels ?? []) {
    const where = includeSelectors === true ? 'everywhere' : includeTemplates === true ? 'templates' : 'objects';
    objects = objects.map((object) => addLabels(object, pairs, where));
  }
  if (data.commonAnnotations) objects = objects.map((object) => addMetadata(object, 'annotations', data.commonAnnotations ?? {}));
  objects = setReplicas(objects, data.replicas ?? []);
  return objects.map((object) => setImages(object, data.images ?? []));
}

/** Old overlays give either a path or the patch itself. */
const asPatch = (text: string): { path?: string; patch?: string; target?: undefined } =>
  text.includes('\n') ? { patch: text } : { path: text };

function inNamespace(object: KubeObject, namespace: string): KubeObject {
  if (object.kind === 'Namespace') return { ...object, metadata: { ...object.metadata, name: namespace } };
  if (resourceOf(object.kind ?? '')?.namespaced === false) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}

interface Issue {
  readonly code?: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

function refusal(path: string, issues: readonly Issue[]): EvenkeelError {
  const unknown = issues.find(({ keys }) => keys !== undefined);
  if (unknown) return unsupported(path, [...unknown.path, ...(unknown.keys ?? [])].map(String).join('.'));
  const list = issues.map((issue) => `${issue.path.map(String).join('.')}: ${issue.message}`);
  return new EvenkeelError('INVALID_INPUT', `${path}: ${list.join('; ')}`, { blame: 'input' });
}

function unsupported(path: string, what: string): EvenkeelError {
  return new EvenkeelError('UNSUPPORTED', `${path}: ${what} is not supported here`, {
    blame: 'input',
    hint: 'Let kustomize build it: kubectl kustomize FOLDER > built.yaml, then lab up -f built.yaml',
  });
}
