import type { Dirent } from 'node:fs';
import { readFile, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import type { KubeObject } from '../../kubernetes/index.ts';
import { buildKustomization } from './kustomize/build.ts';
import type { KustomizationFolder } from './kustomize/build.ts';
import { readDocuments } from './read-documents.ts';
import type { SourceFile } from './read-documents.ts';

export interface FileReader {
  readonly cwd: string;
  readonly readFile: (this: void, path: string) => Promise<string>;
  /** Puts values where placeholders are. */
  readonly fill?: (this: void, text: string) => string;
  /** Builds a kustomization that is beyond ours; undefined when nothing can. */
  readonly buildElsewhere?: (this: void, folder: string) => Promise<SourceFile | undefined>;
}

const KUSTOMIZATIONS = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/**
 * Reads manifests: of a file, of all `.yaml`, `.yml` and `.json` files of a folder, or what a kustomization there makes.
 *
 * Errors: `INVALID_INPUT` with file:line:column of what can not be used; `UNSUPPORTED` for what kustomizations here do not know.
 */
export async function loadManifests(path: string, reader: FileReader): Promise<KubeObject[]> {
  const root = resolve(reader.cwd, path);
  const info = await stat(root).catch(() => undefined);
  if (info === undefined) {
    throw invalid(`cannot read ${path}: there is no such file or folder`);
  }
  if (!info.isDirectory()) return someOf(readDocuments([await read(root, reader)]), path);
  const names = await readdir(root);
  const kustomization = KUSTOMIZATIONS.find((name) => names.includes(name));
  if (kustomization !== undefined) {
    return build(root, kustomization, reader);
  }
  if (names.includes('Chart.yaml')) {
    throw new EvenkeelError('UNSUPPORTED', `${path} is a Helm chart, which has to be rendered first`, {
      blame: 'input',
      hint: `Render it: helm template ${path} > rendered.yaml, then lab up -f rendered.yaml`,
    });
  }
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  refuseNested(path, root, entries);
  const files = entries
    .filter((entry) => !entry.isDirectory() && /\.(ya?ml|json)$/.test(entry.name) && !/\.patch\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  return someOf(readDocuments(await Promise.all(files.map((file) => read(file, reader)))), path);
}

function someOf(objects: KubeObject[], path: string): KubeObject[] {
  if (objects.length > 0) return objects;
  throw invalid(`there are no manifests in ${path}`);
}

/** Files below a kustomization or a chart are no manifests by themselves: patches, values, templates. */
function refuseNested(path: string, root: string, entries: readonly Dirent[]): void {
  const foldersWith = (names: readonly string[]): string =>
    entries
      .filter(({ name }) => names.includes(name))
      .map(({ parentPath }) => join(path, relative(root, parentPath)))
      .toSorted()
      .join(', ');
  const kustomizations = foldersWith(KUSTOMIZATIONS);
  if (kustomizations !== '') throw invalid(`${path} holds kustomizations: ${kustomizations}`, 'Name the one that is meant.');
  const charts = foldersWith(['Chart.yaml']);
  if (charts !== '') {
    const hint = 'Render them into files of their own (helm template), and name their folder.';
    throw new EvenkeelError('UNSUPPORTED', `${path} holds Helm charts, which have to be rendered first: ${charts}`, {
      blame: 'input',
      hint,
    });
  }
}

/** Errors: those of ours, when nobody else can build it either. */
async function build(root: string, name: string, reader: FileReader): Promise<KubeObject[]> {
  try {
    return await buildKustomization(await read(join(root, name), reader), folderAt(root, reader, []));
  } catch (error) {
    const isBeyond = error instanceof EvenkeelError && error.code === 'UNSUPPORTED';
    const built = isBeyond ? await reader.buildElsewhere?.(root) : undefined;
    if (built === undefined) throw error;
    return readDocuments([{ ...built, text: reader.fill?.(built.text) ?? built.text }]);
  }
}

/**
 * What a kustomization sees of the file system: files in or below its folder, and other folders that are not above it. As in kustomize, so
 * that somebody else's overlay reads nothing of the user's. `above`: the folders that led here.
 */
function folderAt(root: string, reader: FileReader, above: readonly string[]): KustomizationFolder {
  const shown = (path: string): string => relative(reader.cwd, path) || '.';
  const ownFile = async (name: string): Promise<string> => {
    const path = resolve(root, name);
    const [real, realRoot] = await Promise.all([realpath(path), realpath(root)]).catch(() => [undefined, '']);
    if (real === undefined) throw invalid(`cannot read ${shown(path)}: there is no such file or folder`);
    if (real.startsWith(realRoot + sep)) return path;
    throw invalid(
      `${shown(path)} is not in or below ${shown(root)}, whose kustomization names it`,
      'Move the file there, or give its folder a kustomization.',
    );
  };
  return {
    read: async (name) => read(await ownFile(name), reader),
    readBytes: async (name) => readFile(await ownFile(name)),
    async open(name) {
      const path = resolve(root, name);
      const info = await stat(path).catch(() => undefined);
      if (info?.isDirectory() !== true) return readDocuments([await read(await ownFile(name), reader)]);
      const parents = [...above, root];
      if (parents.some((parent) => parent === path || parent.startsWith(path + sep)))
        throw invalid(`the kustomization in ${shown(root)} names ${name}, which leads back to itself`);
      const names = await readdir(path);
      const found = KUSTOMIZATIONS.find((candidate) => names.includes(candidate));
      if (found === undefined) throw invalid(`${shown(path)} has no kustomization.yaml, as a folder among resources must`);
      return { file: await read(join(path, found), reader), folder: folderAt(path, reader, parents) };
    },
  };
}

const invalid = (message: string, hint?: string): EvenkeelError =>
  new EvenkeelError('INVALID_INPUT', message, { blame: 'input', ...(hint !== undefined && { hint }) });

async function read(path: string, { cwd, readFile: readText, fill }: FileReader): Promise<SourceFile> {
  const text = await readText(path).catch((error: unknown) => {
    if (error instanceof EvenkeelError) throw error;
    throw invalid(`cannot read ${relative(cwd, path) || path}: ${messageOf(error)}`);
  });
  return { path: relative(cwd, path), text: fill?.(text) ?? text };
}
