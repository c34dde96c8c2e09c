/** The exec subresource over a WebSocket: a command in a container, to its end. Nothing is sent to its standard input. */
import { EvenkeelError, messageOf, networkLimitMs } from '../../base/index.ts';
import type { Clock } from '../../base/index.ts';
import type { Status } from '../../kubernetes/index.ts';
import type { KubernetesLogin } from './kubernetes-login.ts';
import { tlsOptions } from './tls-options.ts';

export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  /** For all of it; milliseconds of the clock. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface ExecOutcome {
  readonly stdout: string;
  readonly stderr: string;
  /** `status: Success`, or Failure with the exit code under `details.causes`. */
  readonly status: Status;
}

const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const [STDOUT, STDERR, STATUS] = [1, 2, 3];

/**
 * Runs a command. A command that fails is an outcome, not an error.
 *
 * Errors: `TIMED_OUT`, `CANCELLED`, `UNREACHABLE` when the server refuses or the connection breaks before the end.
 * Source: Kubernetes documentation of the exec subresource, protocol v4.channel.k8s.io: the first byte of a frame is its channel.
 */
export async function execInContainer(login: KubernetesLogin, clock: Clock, request: ExecRequest): Promise<ExecOutcome> {
  const { WebSocket } = await import('ws');
  const { namespace, pod, container, command, timeoutMs, signal } = request;
  const credentials = await login.credentials({ signal });
  const query = new URLSearchParams(command.map((word) => ['command', word]));
  for (const [name, value] of Object.entries({ container, stderr: 'true', stdin: 'false', stdout: 'true', tty: 'false' }))
    query.append(name, value);
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/exec`;
  const what = `'${command.join(' ')}' in ${namespace}/${pod}`;
  const socket = new WebSocket(`${login.server.replace(/^http/, 'ws')}${path}?${query}`, PROTOCOLS, {
    headers: credentials.headers,
    ...tlsOptions(login, credentials),
  });
  return new Promise((resolve, reject) => {
    const texts: Record<number, string> = {};
    const fail = (code: 'TIMED_OUT' | 'CANCELLED' | 'UNREACHABLE', why: string): void => {
      socket.terminate();
      reject(new EvenkeelError(code, `${what}: ${why}`, { blame: code === 'CANCELLED' ? 'input' : 'target' }));
    };
    const timer = setTimeout(() => fail('TIMED_OUT', `not done within ${timeoutMs / 1000} s`), networkLimitMs(clock, timeoutMs));
    const cancel = (): void => fail('CANCELLED', 'cancelled');
    signal?.addEventListener('abort', cancel, { once: true });
    socket.on('message', (data) => {
      const bytes = Buffer.isBuffer(data) ? data : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
      const channel = bytes[0] ?? 0;
      texts[channel] = (texts[channel] ?? '') + bytes.subarray(1).toString('utf8');
    });
    socket.once('error', (error) => fail('UNREACHABLE', messageOf(error)));
    socket.once('close', () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      const status = texts[STATUS];
      if (status === undefined) return fail('UNREACHABLE', 'the connection ended before the command did');
      return resolve({ stdout: texts[STDOUT] ?? '', stderr: texts[STDERR] ?? '', status: JSON.parse(status) as Status }); // channel 3 carries a Status
    });
  });
}
