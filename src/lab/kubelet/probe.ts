/** Probes as a kubelet sends them. Source: pkg/kubelet/prober, pkg/probe/http (Kubernetes 1.36). */
import { EvenkeelError, messageOf, type Cancel, type Clock } from '../../base/index.ts';
import type { Container, Probe } from '../../kubernetes/index.ts';
import type { LabNetwork } from '../network/index.ts';

export type ProbeResult = { readonly ok: true } | { readonly ok: false; readonly why: string };

export interface ProbeTarget {
  readonly network: LabNetwork;
  readonly node: string;
  readonly ip: string;
  readonly container: Container;
}

/** Sends one probe. Commands inside the container are taken to succeed: the lab runs none. */
export async function sendProbe(probe: Probe, { network, node, ip, container }: ProbeTarget): Promise<ProbeResult> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  // A port that answers at all has been connected to: that is what a TCP probe asks. No program here speaks gRPC, so its probe asks the same.
  const target = probe.httpGet ?? probe.tcpSocket ?? probe.grpc;
  if (target === undefined) return { ok: true };
  const port = portNumber(target.port, container);
  if (port === undefined) return { ok: false, why: `couldn't find port: ${String(target.port)}` };
  const path = probe.httpGet?.path ?? '/';
  const host = (probe.httpGet ?? probe.tcpSocket)?.host ?? ip;
  const url = `http://${host}:${port}${path.startsWith('/') ? path : `/${path}`}`;
  const given = (probe.httpGet?.httpHeaders ?? []).map(({ name, value }) => [name, value]);
  const headers = { 'user-agent': 'kube-probe/1.36', ...Object.fromEntries(given) };
  try {
    const { status } = await network.fetch({ kind: 'node', node }, url, { timeoutMs, headers });
    if (probe.httpGet === undefined || (status >= 200 && status < 400)) return { ok: true };
    return { ok: false, why: `HTTP probe failed with statuscode: ${status}` };
  } catch (error) {
    if (!(error instanceof EvenkeelError)) throw error;
    const why =
      error.code === 'TIMED_OUT'
        ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
        : `dial tcp ${ip}:${port}: connect: connection refused`;
    return { ok: false, why: probe.httpGet ? `Get "${url}": ${why}` : why };
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
    const result = await sendProbe(probe, target).catch((error: unknown): ProbeResult => ({ ok: false, why: messageOf(error) }));
    if (isStopped) return;
    run = result.ok === last ? run + 1 : 1;
    last = result.ok;
    if (!result.ok) onFailure(result.why);
    const threshold = result.ok ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
    if (run >= threshold && (verdict !== result.ok || !result.ok)) {
      verdict = result.ok;
      onVerdict(result.ok);
    }
    if (!isStopped) cancel = clock.after(periodMs, () => void once());
  };
  cancel = clock.after((probe.initialDelaySeconds ?? 0) * 1000, () => void once());
  return () => {
    isStopped = true;
    cancel();
  };
}
