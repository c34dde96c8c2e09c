/** Credential plugins (`exec` in a kubeconfig): a program that prints a token or a client certificate. */
import { messageOf, EvenkeelError } from '../../base/index.ts';
import type { Credentials } from './kubernetes-login.ts';

/** Runs a program to its end. Errors: anything thrown means that it could not be started or failed; its standard error is the message. */
export type RunProgram = (
  command: string,
  args: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; readonly signal: AbortSignal | undefined },
) => Promise<string>;

export interface ExecPlugin {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly apiVersion: string;
  readonly installHint: string | undefined;
  /** What the plugin is told of the cluster, when the kubeconfig says provideClusterInfo. */
  readonly cluster: Readonly<Record<string, unknown>> | undefined;
}

/** Credentials and until when they hold (epoch milliseconds; undefined = as long as the server takes them). */
export interface ExpiringCredentials {
  readonly credentials: Credentials;
  readonly expiresAtMs: number | undefined;
}

/**
 * Asks a credential plugin. Tells it about itself through KUBERNETES_EXEC_INFO and never lets it ask the user anything.
 *
 * Errors: `ENVIRONMENT` when the program is missing, `DENIED` when it fails or prints no credential.
 * Source: Kubernetes API reference, client-authentication.k8s.io/v1.
 */
export async function askExecPlugin(plugin: ExecPlugin, run: RunProgram, signal?: AbortSignal): Promise<ExpiringCredentials> {
  const spec = { interactive: false, ...(plugin.cluster === undefined ? {} : { cluster: plugin.cluster }) };
  const info = { apiVersion: plugin.apiVersion, kind: 'ExecCredential', spec };
  let printed: string;
  try {
    printed = await run(plugin.command, plugin.args, { env: { ...plugin.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) }, signal });
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new EvenkeelError(
      missing ? 'ENVIRONMENT' : 'DENIED',
      missing
        ? `the kubeconfig signs in with the program '${plugin.command}', which is not installed`
        : `the credential program '${plugin.command}' failed: ${messageOf(cause)}`,
      { blame: 'environment', hint: plugin.installHint ?? 'Try `kubectl get nodes`: it asks the same program.', cause },
    );
  }
  return readCredential(plugin.command, printed);
}

function readCredential(command: string, printed: string): ExpiringCredentials {
  // What was printed may hold a secret, so no error repeats it.
  const refuse = (why: string): EvenkeelError =>
    new EvenkeelError('DENIED', `the credential program '${command}' ${why}`, { blame: 'environment' });
  let answer: unknown;
  try {
    answer = JSON.parse(printed);
  } catch {
    throw refuse('did not print JSON');
  }
  const status = fieldsOf(fieldsOf(answer)['status']);
  const text = (name: string): string | undefined => (typeof status[name] === 'string' ? status[name] : undefined);
  const token = text('token');
  const cert = text('clientCertificateData');
  const key = text('clientKeyData');
  if (token === undefined && (cert === undefined || key === undefined)) throw refuse('printed neither a token nor a client certificate');
  const expires = Date.parse(text('expirationTimestamp') ?? '');
  return {
    credentials: {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
    },
    expiresAtMs: Number.isNaN(expires) ? undefined : expires,
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  // An object's fields are looked at one by one and never trusted.
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
