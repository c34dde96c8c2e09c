/**
 * Kustomize, as overlays commonly use it: what `kubectl kustomize` builds, without charts, plugins, vars and resources from elsewhere.
 * Source: kustomize, api/internal/target/kusttarget.go (5.7), for the order of the steps.
 */
import { parseAllDocuments } from 'yaml';
import { z } from 'zod/mini';
import { EvenkeelError } from '../../../base/index.ts';
import type { KubeObject } from '../../../kubernetes/index.ts';
import type { SourceFile } from '../read-documents.ts';
import { generate, nameHash } from './generate.ts';
import type { Generator } from './generate.ts';
import { readKustomization, replacementSchema } from './kustomization-schema.ts';
import type { Kustomization } from './kustomization-schema.ts';
import { fixReferences } from './name-references.ts';
import { patchResources } from './patch-resources.ts';
import { replaceFields } from './replace-fields.ts';
import { isJson, namesOf, remember, resourceFrom } from './resource.ts';
import type { Resource } from './resource.ts';
import { addAffixes, addAnnotations, addLabels, setImages, setNamespace, setReplicas } from './set-fields.ts';

/** A kustomization's own folder. */
export interface KustomizationFolder {
  read(this: void, name: string): Promise<SourceFile>;
  readBytes(this: void, name: string): Promise<Buffer>;
  /** The kustomization of another folder, or the documents of a file. */
  open(this: void, name: string): Promise<{ readonly file: SourceFile; readonly folder: KustomizationFolder } | readonly KubeObject[]>;
}

/** Builds the objects. Errors: `UNSUPPORTED` naming the field that this does not know, with its place; `INVALID_INPUT`. */
export async function buildKustomization(file: SourceFile, folder: KustomizationFolder): Promise<KubeObject[]> {
  const resources = await accumulate(file, folder, []);
  for (const resource of resources) {
    if (!resource.isHashed) continue;
    remember(resource);
    resource.object.metadata.name += `-${nameHash(resource.object)}`;
  }
  fixReferences(resources);
  return resources.map(({ object }) => object);
}

/** One layer. A component works on what its parent has so far, everything else on what it brings itself. */
async function accumulate(file: SourceFile, folder: KustomizationFolder, given: readonly Resource[]): Promise<Resource[]> {
  const layer = readKustomization(file);
  const resources = [...given];
  for (const name of [...(layer.resources ?? []), ...(layer.bases ?? [])]) resources.push(...(await load(file, folder, name)));
  await runGenerators(layer, folder, resources);
  let all = resources;
  for (const name of layer.components ?? []) {
    if (REMOTE.test(name)) throw fromElsewhere(file, name);
    const found = await folder.open(name);
    if (!('file' in found)) throw new EvenkeelError('INVALID_INPUT', `${file.path}: ${name} is no component`, { blame: 'input' });
    all = await accumulate(found.file, found.folder, all);
  }
  refuseDoubles(file, all);
  return transform(layer, { file, folder, resources: all });
}

/** Addresses as kustomize knows them. */
const REMOTE = /^[a-z+:]+:\/\/|^git@|^(github|gitlab|bitbucket)\.(com|org)[/:]/i;

const fromElsewhere = ({ path }: SourceFile, name: string): EvenkeelError =>
  new EvenkeelError('INVALID_INPUT', `${path}: ${name} is elsewhere, and nothing is fetched`, {
    blame: 'input',
    hint: 'Fetch it yourself: kubectl kustomize FOLDER > built.yaml, then lab up -f built.yaml',
  });

async function load(file: SourceFile, folder: KustomizationFolder, name: string): Promise<Resource[]> {
  if (REMOTE.test(name)) throw fromElsewhere(file, name);
  const found = await folder.open(name);
  return 'file' in found ? accumulate(found.file, found.folder, []) : found.map((object) => resourceFrom(object));
}

function refuseDoubles({ path }: SourceFile, resources: readonly Resource[]): void {
  const seen = new Set<string>();
  for (const { object } of resources) {
    const { apiVersion, kind, metadata } = object;
    const id = `${apiVersion} ${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
    if (seen.has(id)) {
      throw new EvenkeelError('INVALID_INPUT', `${path}: ${kind} ${metadata.name} comes twice`, {
        blame: 'input',
        hint: 'Two of the resources bring it; leave one out.',
      });
    }
    seen.add(id);
  }
}

async function runGenerators(layer: Kustomization, folder: KustomizationFolder, resources: Resource[]): Promise<void> {
  const common = layer.generatorOptions ?? {};
  const generators: (readonly ['ConfigMap' | 'Secret', Generator])[] = [
    ...(layer.configMapGenerator ?? []).map((one) => ['ConfigMap', one] as const),
    ...(layer.secretGenerator ?? []).map((one) => ['Secret', one] as const),
  ];
  for (const [kind, generator] of generators) {
    const own = generator.options ?? {};
    const options = {
      labels: { ...common.labels, ...own.labels },
      annotations: { ...common.annotations, ...own.annotations },
      immutable: own.immutable ?? common.immutable,
    };
    const object = await generate(kind, generator, filled(options), folder.readBytes);
    const isHashed = !(own.disableNameSuffixHash ?? common.disableNameSuffixHash ?? false);
    const { behavior = 'create' } = generator;
    const existing = resources.find(
      (resource) =>
        resource.object.kind === kind &&
        namesOf(resource).has(generator.name) &&
        (generator.namespace === undefined || resource.object.metadata.namespace === generator.namespace),
    );
    if (behavior === 'create') {
      if (existing)
        throw new EvenkeelError('INVALID_INPUT', `${kind} ${generator.name} exists already; behavior: merge or replace`, {
          blame: 'input',
        });
      resources.push(resourceFrom(object, isHashed));
    } else if (existing === undefined) {
      throw new EvenkeelError('INVALID_INPUT', `${kind} ${generator.name} does not exist; it can not be ${behavior}d`, { blame: 'input' });
    } else {
      existing.object =
        behavior === 'merge'
          ? merged(existing.object, object)
          : { ...object, metadata: { ...object.metadata, name: existing.object.metadata.name } };
      existing.isHashed ||= isHashed;
    }
  }
}

/** Empty maps are left out. */
function filled<T extends Readonly<Record<string, unknown>>>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => !isJson(value) || Object.keys(value).length > 0)) as T; // what is left has the same form
}

function merged(base: KubeObject, more: KubeObject): KubeObject {
  const joined: Record<string, unknown> = { ...base };
  for (const [member, value] of Object.entries(more)) {
    if (['data', 'binaryData', 'stringData'].includes(member))
      joined[member] = { ...(isJson(joined[member]) ? joined[member] : {}), ...(isJson(value) ? value : {}) };
    else if (member === 'immutable') joined[member] = value;
  }
  const { labels, annotations } = more.metadata;
  const metadata = {
    ...base.metadata,
    ...(labels && { labels: { ...base.metadata.labels, ...labels } }),
    ...(annotations && { annotations: { ...base.metadata.annotations, ...annotations } }),
  };
  return { ...joined, metadata };
}

interface Layer {
  readonly file: SourceFile;
  readonly folder: KustomizationFolder;
  readonly resources: Resource[];
}

async function transform(layer: Kustomization, { file, folder, resources }: Layer): Promise<Resource[]> {
  const patched = await runPatches(layer, { file, folder, resources });
  const { namespace, namePrefix = '', nameSuffix = '', commonLabels, commonAnnotations } = layer;
  for (const resource of patched) {
    remember(resource);
    if (namespace !== undefined) setNamespace(resource, namespace);
    if (namePrefix !== '' || nameSuffix !== '') addAffixes(resource, namePrefix, nameSuffix);
    for (const { pairs, includeSelectors, includeTemplates } of layer.labels ?? []) {
      addLabels(resource, pairs, includeSelectors === true ? 'everywhere' : includeTemplates === true ? 'templates' : 'objects');
    }
    if (commonLabels) addLabels(resource, commonLabels, 'everywhere');
    if (commonAnnotations) addAnnotations(resource, commonAnnotations);
    setImages(resource, layer.images ?? []);
  }
  for (const { name, count } of layer.replicas ?? []) {
    const found = patched.filter((resource) => namesOf(resource).has(name) && setReplicas(resource, count));
    if (found.length === 0)
      throw new EvenkeelError('INVALID_INPUT', `${file.path}: no workload ${name} to set the replicas of`, { blame: 'input' });
  }
  for (const given of layer.replacements ?? []) {
    if (!('path' in given)) replaceFields(patched, given);
    else for (const one of await readReplacements(await folder.read(given.path))) replaceFields(patched, one);
  }
  for (const resource of patched) remember(resource);
  return patched;
}

type GivenPatch = NonNullable<Kustomization['patches']>[number];

async function runPatches(layer: Kustomization, { file, folder, resources }: Layer): Promise<Resource[]> {
  const patches: readonly GivenPatch[] = [
    ...(layer.patchesStrategicMerge ?? []).map((text) => ({
      ...(text.includes('\n') ? { patch: text } : { path: text }),
      target: undefined,
      options: undefined,
    })),
    ...(layer.patches ?? []),
    ...(layer.patchesJson6902 ?? []),
  ];
  let patched = resources;
  for (const { path, patch, target, options } of patches) {
    const source = path === undefined ? { path: file.path, text: patch ?? '' } : await folder.read(path);
    patched = patchResources(patched, source, target, options);
  }
  return patched;
}

async function readReplacements({ path, text }: SourceFile): Promise<z.infer<typeof replacementSchema>[]> {
  return parseAllDocuments(text).flatMap((document) => {
    const value: unknown = document.toJS();
    const given = z.safeParse(z.array(replacementSchema), Array.isArray(value) ? value : [value]);
    if (given.success) return given.data;
    throw new EvenkeelError('INVALID_INPUT', `${path}: ${given.error.issues.map(({ message }) => message).join('; ')}`, { blame: 'input' });
  });
}
