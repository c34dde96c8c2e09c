/** Probes as a kubelet sends them. Source: pkg/kubelet/prober/worker.go, pkg/probe/http, pkg/probe/tcp (Kubernetes 1.36). */
import { EvenkeelError, afterNetworkLimit, messageOf, type Cancel, type Clock } from '../../base/index.ts';
import type { Container, Probe } from '../../kubernetes/index.ts';
import type { LabNetwork } from '../network/index.ts';
import { askHealth, whyUnhealthy } from './grpc-probe.ts';

export type ProbeResult = { readonly ok: true } | { readonly ok: false; readonly why: string };

export interface ProbeTarget {
  readonly network: LabNetwork;
  readonly node: string;
  readonly ip: string;
  readonly container: Container;
}

/** Sends one probe. Commands inside the container are taken to succeed: the lab runs none. */
export async function sendProbe(probe: Probe, target: ProbeTarget, clock: Clock): Promise<ProbeResult> {
  const wanted = (probe.httpGet ?? probe.tcpSocket ?? probe.grpc)?.port;
  if (wanted === undefined) return { ok: true };
  const port = portNumber(wanted, target.container);
  if (port === undefined) return { ok: false, why: `couldn't find port: ${String(wanted)}` };
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  if (probe.httpGet) return probeHttp(probe.httpGet, target, port, timeoutMs);
  const limit = new AbortController();
  const cancel = afterNetworkLimit(clock, timeoutMs, () => limit.abort());
  try {
    if (probe.grpc) return await probeGrpc(probe.grpc.service ?? '', target, { port, timeoutMs, signal: limit.signal });
    return await probeTcp(target, probe.tcpSocket?.host ?? target.ip, port, limit.signal);
  } finally {
    cancel();
  }
}

type HttpGet = NonNullable<Probe['httpGet']>;

async function probeHttp(
  { path = '/', scheme = 'HTTP', host, httpHeaders = [] }: HttpGet,
  { network, node, ip }: ProbeTarget,
  port: number,
  timeoutMs: number,
): Promise<ProbeResult> {
  const url = `${scheme.toLowerCase()}://${host ?? ip}:${port}${path.startsWith('/') ? path : `/${path}`}`;
  const headers = { 'user-agent': 'kube-probe/1.36', ...Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value])) };
  try {
    const { status } = await network.fetch({ kind: 'node', node }, url, { timeoutMs, headers });
    return status >= 200 && status < 400 ? { ok: true } : { ok: false, why: `HTTP probe failed with statuscode: ${status}` };
  } catch (error) {
    if (!(error instanceof EvenkeelError)) throw error;
    const why =
      error.code === 'TIMED_OUT'
        ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
        : `dial tcp ${ip}:${port}: connect: connection refused`;
    return { ok: false, why: `Get "${url}": ${why}` };
  }
}

/** Connecting is all that is asked. */
async function probeTcp({ network, node }: ProbeTarget, host: string, port: number, signal: AbortSignal): Promise<ProbeResult> {
  try {
    const connection = await network.connect({ kind: 'node', node }, { host, port }, signal);
    connection.destroy();
    return { ok: true };
  } catch {
    return { ok: false, why: `dial tcp ${host}:${port}: ${signal.aborted ? 'i/o timeout' : 'connect: connection refused'}` };
  }
}

interface GrpcLimits {
  readonly port: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

async function probeGrpc(
  service: string,
  { network, node, ip }: ProbeTarget,
  { port, timeoutMs, signal }: GrpcLimits,
): Promise<ProbeResult> {
  const within = `${timeoutMs / 1000}s`;
  try {
    const connection = await network.connect({ kind: 'node', node }, { host: ip, port }, signal);
    const health = await askHealth(connection, service, signal);
    if (signal.aborted) return { ok: false, why: `timeout: health rpc did not complete within ${within}` };
    const why = whyUnhealthy(health);
    return why === undefined ? { ok: true } : { ok: false, why };
  } catch {
    // A gRPC client dials again and again until its time is over, whatever kept it from connecting.
    return { ok: false, why: `timeout: failed to connect service "${ip}:${port}" within ${within}: context deadline exceeded` };
  }
}

function portNumber(port: number | string, container: Container): number | undefined {
  if (typeof port === 'number') return port;
  if (/^\d+$/.test(port)) return Number(port);
  return container.ports?.find(({ name }) => name === port)?.containerPort;
}

export interface ProbeLoopOptions {
  readonly clock: Clock;
  readonly probe: Probe;
  readonly target: ProbeTarget;
  /** The probe's verdict changed (or came for the first time). */
  readonly onVerdict: (ok: boolean) => void;
  readonly onFailure: (why: string) => void;
}

/** Probes until cancelled, one at a time, counting successes and failures against the thresholds. */
export function startProbeLoop({ clock, probe, target, onVerdict, onFailure }: ProbeLoopOptions): Cancel {
  let cancel: Cancel = () => {};
  let isStopped = false;
  let run = 0;
  let last: boolean | undefined;
  let verdict: boolean | undefined;
  const periodMs = (probe.periodSeconds ?? 10) * 1000;
  const once = async (): Promise<void> => {
    const askedMs = clock.now();
    const result = await sendProbe(probe, target, clock).catch((error: unknown): ProbeResult => ({ ok: false, why: messageOf(error) }));
    if (isStopped) return;
    run = result.ok === last ? run + 1 : 1;
    last = result.ok;
    if (!result.ok) onFailure(result.why);
    const threshold = result.ok ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
    if (run >= threshold && (verdict !== result.ok || !result.ok)) {
      verdict = result.ok;
      onVerdict(result.ok);
    }
    // The kubelet's ticker goes on while a probe is out.
    const lateMs = (clock.now() - askedMs) % periodMs;
    if (!isStopped) cancel = clock.after(periodMs - lateMs, () => void once());
  };
  cancel = clock.after((probe.initialDelaySeconds ?? 0) * 1000, () => void once());
  return () => {
    isStopped = true;
    cancel();
  };
}
