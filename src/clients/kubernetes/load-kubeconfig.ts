/** From environment and files to a login, as kubectl finds its own. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { createRealClock, EvenkeelError, listInWords, nearest } from '../../base/index.ts';
import type { Clock } from '../../base/index.ts';
import { askExecPlugin } from './exec-credential.ts';
import type { ExecPlugin, ExpiringCredentials, RunProgram } from './exec-credential.ts';
import { parseKubeconfigs, pathFrom, textField } from './kubeconfig-file.ts';
import type { Kubeconfig, KubeconfigEntry } from './kubeconfig-file.ts';
import type { Credentials, KubernetesLogin } from './kubernetes-login.ts';

export interface KubeconfigChoice {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The wall's clock: tokens expire by it, however fast a lab runs. Default: the real one. */
  readonly clock?: Clock;
  /** UTF-8. Errors: with `code: 'ENOENT'` when there is no such file. Default: the machine's files. */
  readonly readFile?: (path: string) => Promise<string>;
  /** Runs a credential plugin. Default: a child process with `env` and the plugin's own variables, at most a minute. */
  readonly runProgram?: RunProgram;
  /** As `--kubeconfig`: this file alone; it must exist. */
  readonly path?: string | undefined;
  /** As `--context`. */
  readonly context?: string | undefined;
}

type World = Required<Pick<KubeconfigChoice, 'env' | 'clock' | 'readFile' | 'runProgram'>>;

const PROGRAM_LIMIT_MS = 60_000;
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const HINT = 'Start the lab with `evenkeel lab up`, or sign in to a cluster with `az aks get-credentials`.';

/**
 * Finds the cluster to talk to: `path`, else every file that KUBECONFIG names (merged), else `~/.kube/config`, else the service
 * account of the pod that we run in.
 *
 * Errors: `ENVIRONMENT` when there is none (the text says what was looked for), `INVALID_INPUT` for a broken file or an unknown
 * context, `UNSUPPORTED` for a login that needs an auth-provider.
 * Source: Kubernetes documentation, "Organizing Cluster Access Using kubeconfig Files".
 */
export async function loadKubeconfig(choice: KubeconfigChoice): Promise<KubernetesLogin> {
  const world: World = {
    env: choice.env,
    clock: choice.clock ?? createRealClock(),
    readFile: choice.readFile ?? ((path) => readFile(path, 'utf8')),
    runProgram: choice.runProgram ?? programRunner(choice.env),
  };
  const { paths, mustExist } = candidates(choice);
  const texts: { file: string; folder: string; text: string }[] = [];
  for (const file of paths) {
    const text = await readIfThere(world, file);
    if (text !== undefined) texts.push({ file, folder: dirname(file), text });
    else if (mustExist) throw notFound(`there is no kubeconfig at ${file}`);
  }
  if (texts.length > 0) return loginFrom(parseKubeconfigs(texts), choice.context, world);
  const inCluster = await inClusterLogin(world);
  if (inCluster !== undefined) return inCluster;
  throw notFound(`no kubeconfig was found: looked for ${listInWords(paths)}, and for a service account of this pod`);
}

function candidates({ path, env }: KubeconfigChoice): { paths: string[]; mustExist: boolean } {
  if (path !== undefined) return { paths: [path], mustExist: true };
  const named = (env['KUBECONFIG'] ?? '').split(delimiter).filter((part) => part !== '');
  if (named.length > 0) return { paths: [...new Set(named)], mustExist: false };
  return { paths: [join(env['HOME'] ?? env['USERPROFILE'] ?? '', '.kube', 'config')], mustExist: false };
}

async function readIfThere(world: World, path: string): Promise<string | undefined> {
  try {
    return await world.readFile(path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new EvenkeelError('ENVIRONMENT', `${path} can not be read (${String(code ?? cause)})`, { blame: 'environment', cause });
  }
}

async function loginFrom(config: Kubeconfig, chosen: string | undefined, world: World): Promise<KubernetesLogin> {
  const source = config.files.join(delimiter);
  const contextName = chosen ?? config.currentContext;
  if (contextName === undefined) {
    if (config.contexts.size === 0) throw invalid(`${source} names no cluster`, 'Name another file: --kubeconfig FILE, or KUBECONFIG.');
    throw invalid(`${source} names no current-context`, `Choose one with --context: ${listInWords([...config.contexts.keys()], 'or')}.`);
  }
  const context = lookUp(config.contexts, contextName, 'context', source);
  const clusterName = textField(context.fields, 'cluster') ?? '';
  const cluster = lookUp(config.clusters, clusterName, 'cluster', source);
  const server = textField(cluster.fields, 'server');
  if (server === undefined || !/^https?:\/\//.test(server)) throw invalid(`${cluster.file}: cluster '${clusterName}' has no server URL`);
  if (textField(cluster.fields, 'proxy-url') !== undefined) {
    throw new EvenkeelError('UNSUPPORTED', `${cluster.file}: cluster '${clusterName}' is reached through a proxy-url`, {
      blame: 'input',
      hint: 'Open a way with `kubectl proxy` and name it as the server.',
    });
  }
  const userName = textField(context.fields, 'user') ?? '';
  const user = userName === '' ? undefined : lookUp(config.users, userName, 'user', source);
  const ca = await dataOrFile(cluster, 'certificate-authority', world);
  return {
    context: contextName,
    server: server.replace(/\/+$/, ''),
    namespace: textField(context.fields, 'namespace') || 'default',
    source,
    tls: { ca, serverName: textField(cluster.fields, 'tls-server-name'), insecure: cluster.fields['insecure-skip-tls-verify'] === true },
    credentials: user === undefined ? () => Promise.resolve({ headers: {} }) : await credentialsOf(user, userName, cluster, world),
  };
}

function lookUp(entries: ReadonlyMap<string, KubeconfigEntry>, name: string, what: string, source: string): KubeconfigEntry {
  const entry = entries.get(name);
  if (entry !== undefined) return entry;
  const near = nearest(name, entries.keys());
  const known = entries.size === 0 ? 'It has none.' : `It has ${listInWords([...entries.keys()])}.`;
  throw invalid(`${source} has no ${what} '${name}'`, near === undefined ? known : `Did you mean '${near}'?`);
}

/** `name-data` (base64), or the file that `name` names. */
async function dataOrFile(entry: KubeconfigEntry, name: string, world: World): Promise<string | undefined> {
  const data = textField(entry.fields, `${name}-data`);
  if (data !== undefined && data !== '') return Buffer.from(data, 'base64').toString('utf8');
  const file = textField(entry.fields, name);
  if (file === undefined || file === '') return undefined;
  const text = await readIfThere(world, pathFrom(entry, file));
  if (text === undefined) throw invalid(`${entry.file}: ${name} names ${pathFrom(entry, file)}, which does not exist`);
  return text;
}

async function credentialsOf(
  user: KubeconfigEntry,
  userName: string,
  cluster: KubeconfigEntry,
  world: World,
): Promise<KubernetesLogin['credentials']> {
  const { fields } = user;
  if (fields['auth-provider'] !== undefined) {
    throw new EvenkeelError(
      'UNSUPPORTED',
      `${user.file}: user '${userName}' signs in with an auth-provider, which Kubernetes has removed`,
      {
        blame: 'input',
        hint: 'Convert it with `kubelogin convert-kubeconfig -l azurecli`, or fetch it anew with `az aks get-credentials`.',
      },
    );
  }
  const exec = execPluginOf(user, cluster);
  if (exec !== undefined) {
    return cached(world, (signal) => askExecPlugin(exec, world.runProgram, signal), impersonation(user));
  }
  const cert = await dataOrFile(user, 'client-certificate', world);
  const key = await dataOrFile(user, 'client-key', world);
  const pair = cert === undefined || key === undefined ? {} : { cert, key };
  const tokenFile = textField(fields, 'tokenFile');
  const token = textField(fields, 'token');
  if (tokenFile !== undefined && tokenFile !== '' && !token) {
    return cached(world, () => tokenFromFile(world, pathFrom(user, tokenFile)), impersonation(user));
  }
  const name = textField(fields, 'username');
  const authorization = token ? `Bearer ${token}` : name === undefined ? undefined : basic(name, textField(fields, 'password') ?? '');
  const headers = { ...impersonation(user), ...(authorization === undefined ? {} : { authorization }) };
  return () => Promise.resolve({ headers, ...pair });
}

function impersonation({ fields }: KubeconfigEntry): Record<string, string> {
  const as = textField(fields, 'as');
  return as === undefined ? {} : { 'impersonate-user': as };
}

function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

function execPluginOf(user: KubeconfigEntry, cluster: KubeconfigEntry): ExecPlugin | undefined {
  const exec = user.fields['exec'];
  if (typeof exec !== 'object' || exec === null) return undefined;
  const fields = exec as Readonly<Record<string, unknown>>; // each field is checked below
  const command = textField(fields, 'command');
  if (command === undefined) throw invalid(`${user.file}: exec has no command`);
  const args = Array.isArray(fields['args']) ? fields['args'].map(String) : [];
  const env: Record<string, string> = {};
  for (const pair of Array.isArray(fields['env']) ? fields['env'] : []) {
    const { name, value } = Object(pair) as { name?: unknown; value?: unknown }; // any value has fields that may be undefined
    if (typeof name === 'string' && typeof value === 'string') env[name] = value;
  }
  const caData = textField(cluster.fields, 'certificate-authority-data');
  return {
    // A bare name is looked up in PATH; anything with a slash starts from the kubeconfig's folder.
    command: command.includes('/') ? pathFrom(user, command) : command,
    args,
    env,
    apiVersion: textField(fields, 'apiVersion') ?? 'client-authentication.k8s.io/v1',
    installHint: textField(fields, 'installHint'),
    cluster:
      fields['provideClusterInfo'] === true
        ? { server: textField(cluster.fields, 'server'), ...(caData === undefined ? {} : { 'certificate-authority-data': caData }) }
        : undefined,
  };
}

const RENEW_BEFORE_MS = 30_000;
const TOKEN_FILE_HOLDS_MS = 60_000;

/** Keeps credentials until shortly before they expire; requests at the same time share one question. */
function cached(
  world: World,
  ask: (signal?: AbortSignal) => Promise<ExpiringCredentials>,
  extra: Readonly<Record<string, string>> = {},
): KubernetesLogin['credentials'] {
  let known: ExpiringCredentials | undefined;
  let asking: Promise<ExpiringCredentials> | undefined;
  return async ({ renew = false, signal } = {}): Promise<Credentials> => {
    const fresh = known !== undefined && (known.expiresAtMs === undefined || known.expiresAtMs - RENEW_BEFORE_MS > world.clock.now());
    if (known === undefined || renew || !fresh) {
      asking ??= ask(signal).finally(() => {
        asking = undefined;
      });
      known = await asking;
    }
    return { ...known.credentials, headers: { ...extra, ...known.credentials.headers } };
  };
}

async function tokenFromFile(world: World, path: string): Promise<ExpiringCredentials> {
  const token = await readIfThere(world, path);
  if (token === undefined) throw new EvenkeelError('DENIED', `the token file ${path} does not exist`, { blame: 'environment' });
  return {
    credentials: { headers: { authorization: `Bearer ${token.trim()}` } },
    expiresAtMs: world.clock.now() + RENEW_BEFORE_MS + TOKEN_FILE_HOLDS_MS,
  };
}

async function inClusterLogin(world: World): Promise<KubernetesLogin | undefined> {
  const host = world.env['KUBERNETES_SERVICE_HOST'];
  const port = world.env['KUBERNETES_SERVICE_PORT'] ?? '443';
  if (host === undefined || host === '') return undefined;
  if ((await readIfThere(world, `${SERVICE_ACCOUNT}/token`)) === undefined) return undefined;
  const [ca, namespace] = [await readIfThere(world, `${SERVICE_ACCOUNT}/ca.crt`), await readIfThere(world, `${SERVICE_ACCOUNT}/namespace`)];
  return {
    context: 'in-cluster',
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: namespace?.trim() || 'default',
    source: "the pod's service account",
    tls: { ca, serverName: undefined, insecure: false },
    credentials: cached(world, () => tokenFromFile(world, `${SERVICE_ACCOUNT}/token`)),
  };
}

function programRunner(env: KubeconfigChoice['env']): RunProgram {
  return (command, args, { env: own, signal }) =>
    new Promise((resolve, reject) => {
      const options = { env: { ...env, ...own }, timeout: PROGRAM_LIMIT_MS, encoding: 'utf8' as const, ...(signal ? { signal } : {}) };
      execFile(command, [...args], options, (error, stdout, stderr) => {
        if (error === null) return resolve(stdout);
        // The default message repeats the command line; what the program itself said is of more use.
        if (error.code !== 'ENOENT' && stderr.trim() !== '') error.message = stderr.trim();
        return reject(error);
      });
    });
}

function notFound(message: string): EvenkeelError {
  return new EvenkeelError('ENVIRONMENT', message, { blame: 'environment', hint: HINT });
}

function invalid(message: string, hint?: string): EvenkeelError {
  return new EvenkeelError('INVALID_INPUT', message, { blame: 'input', ...(hint === undefined ? {} : { hint }) });
}
