/** kubectl as people use it, against a server of a test. */
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubectlPath } from '../_kubectl.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs kubectl; `input` becomes its standard input, as JSON. */
export async function runKubectl(kubeconfig: string, args: readonly string[], input?: unknown): Promise<Ran> {
  const path = await kubectlPath();
  const cache = join(tmpdir(), `evenkeel-kubectl-cache-${process.pid}`);
  const child = spawn(path, ['--kubeconfig', kubeconfig, '--cache-dir', cache, ...args]);
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString('utf8')));
  child.stderr.on('data', (data: Buffer) => (err += data.toString('utf8')));
  child.stdin.end(input === undefined ? '' : JSON.stringify(input));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? -1));
  });
  return { code, out, err };
}
