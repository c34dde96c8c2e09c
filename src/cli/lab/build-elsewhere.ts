import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LIMIT_MS = 60_000;
/** Manifests are read from where they are: neither git nor an HTTP client gets anywhere with these. */
const NOTHING_FETCHED = {
  GIT_ALLOW_PROTOCOL: 'file',
  ...Object.fromEntries(['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].map((name) => [name, 'http://127.0.0.1:9'])),
  NO_PROXY: '',
  no_proxy: '',
};
const BUILDERS: readonly (readonly [string, ...string[]])[] = [
  ['kustomize', 'build'],
  ['kubectl', 'kustomize'],
];

/** What another program made of a kustomization. */
export interface BuiltElsewhere {
  readonly by: string;
  readonly text: string;
}

/**
 * Lets the user's own kustomize or kubectl build a folder that ours can not. Result: undefined when neither is installed, or neither
 * can either. It fetches nothing. Limit: a minute.
 */
export async function buildElsewhere(
  folder: string,
  { env, signal }: { readonly env: Readonly<Record<string, string | undefined>>; readonly signal: AbortSignal },
): Promise<BuiltElsewhere | undefined> {
  for (const [program, ...args] of BUILDERS) {
    try {
      const { stdout } = await run(program, [...args, folder], {
        env: { ...env, ...NOTHING_FETCHED },
        signal,
        timeout: LIMIT_MS,
        maxBuffer: 256 * 1024 * 1024,
      });
      return { by: [program, ...args].join(' '), text: stdout };
    } catch {
      // Not installed, or as helpless as we are: the error that led here stands.
    }
  }
  return undefined;
}
