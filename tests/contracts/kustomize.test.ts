/** Our kustomize against the one in kubectl: the same folders, built by both. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { loadManifests } from '../../src/cli/lab/load-manifests.ts';
import type { KubeObject } from '../../src/kubernetes/index.ts';
import { kubectlPath } from './_kubectl.ts';
import { KUSTOMIZE_CASES } from './kustomize-cases.ts';
import type { KustomizeCase } from './kustomize-cases.ts';

const run = promisify(execFile);
let folder: string;
let kubectl: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-kustomize-'));
  kubectl = await kubectlPath();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function writeCase({ files }: KustomizeCase, at: string): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(at, name)), { recursive: true });
    await writeFile(join(at, name), text);
  }
}

/** In an order of their own: which object comes first is the tool's affair. */
const sorted = (objects: readonly KubeObject[]): unknown[] =>
  objects
    .map((object) => [`${object.kind} ${object.metadata.namespace ?? ''} ${object.metadata.name}`, object] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));

const agreed: string[] = [];
afterAll(() => process.stdout.write(`kustomize: ${agreed.length} of ${KUSTOMIZE_CASES.length} folders built as kubectl builds them\n`));

describe('kustomizations are built as kubectl builds them', () => {
  it.each(KUSTOMIZE_CASES.map((one, index) => [one.name, one, index] as const))('with %s', async (name, one, index) => {
    const at = join(folder, String(index));
    await writeCase(one, at);
    const top = join(at, one.top ?? '.');
    const { stdout } = await run(kubectl, ['kustomize', top], { maxBuffer: 64 * 1024 * 1024 });
    const wanted = parseAllDocuments(stdout).map((document) => document.toJS() as KubeObject); // kubectl prints objects
    const found = await loadManifests(top, { cwd: at, readFile: (path) => readFile(path, 'utf8') });
    expect(sorted(found)).toEqual(sorted(wanted));
    agreed.push(name);
  });
});
