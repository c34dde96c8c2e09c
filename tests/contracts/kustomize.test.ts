/**
 * Our kustomize against the one in kubectl: the same folders, built by both. What kubectl 1.35 made of a folder is kept, for it takes its time;
 * a folder that has changed since is built anew. `EVENKEEL_RECORD=1` builds all of them anew and keeps that.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { loadManifests } from '../../src/cli/lab/load-manifests.ts';
import type { KubeObject } from '../../src/kubernetes/index.ts';
import { kubectlPath } from './_kubectl.ts';
import { KUSTOMIZE_CASES } from './kustomize-cases.ts';
import type { KustomizeCase } from './kustomize-cases.ts';

const run = promisify(execFile);
const RECORDED = join(import.meta.dirname, '../golden/kustomize/kubectl-1.35.json.gz');
const isRecording = process.env['EVENKEEL_RECORD'] === '1';
/** What kubectl printed, by the hash of the folder. */
const recorded: Record<string, string> =
  existsSync(RECORDED) && !isRecording ? (JSON.parse(gunzipSync(readFileSync(RECORDED)).toString('utf8')) as Record<string, string>) : {}; // written below

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-kustomize-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  if (isRecording) await writeFile(RECORDED, gzipSync(JSON.stringify(recorded), { level: 9 }));
});

async function builtByKubectl(one: KustomizeCase, top: string): Promise<string> {
  const key = createHash('sha256')
    .update(JSON.stringify([one.top, one.files]))
    .digest('hex');
  const known = recorded[key];
  if (known !== undefined) return known;
  const { stdout } = await run(await kubectlPath(), ['kustomize', top], { maxBuffer: 64 * 1024 * 1024 });
  recorded[key] = stdout;
  return stdout;
}

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
    const wanted = parseAllDocuments(await builtByKubectl(one, top)).map((document) => document.toJS() as KubeObject); // kubectl prints objects
    const found = await loadManifests(top, { cwd: at, readFile: (path) => readFile(path, 'utf8') });
    expect(sorted(found)).toEqual(sorted(wanted));
    agreed.push(name);
  });
});
