import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createRandom, createScaledClock, createVirtualClock, silentLogger } from '../../base/index.ts';
import type { Probe } from '../../kubernetes/index.ts';
import { createCertificates } from '../certificates.ts';
import { createLabApi } from '../kube-api/index.ts';
import { createLabNetwork, type LabNetwork } from '../network/index.ts';
import { sendProbe, startProbeLoop, type ProbeResult } from './probe.ts';

const IP = '10.244.1.5';
const CONTAINER = { name: 'web', image: 'x', ports: [{ name: 'web', containerPort: 8080 }] };
let network: LabNetwork | undefined;
afterEach(() => network?.stop());

/** Probes a pod on `n2` from there, its program on port 8080. */
async function probed(handler: RequestListener | undefined, probe: Probe, { isDead = false } = {}): Promise<ProbeResult> {
  const clock = createScaledClock({ speed: 20, originMs: 0, wallOriginMs: Date.now() });
  const random = createRandom('probe');
  const { certificateFor } = await createCertificates();
  const lab = createLabNetwork({ api: createLabApi({ clock, random }), clock, random, log: silentLogger, certificateFor });
  network = lab;
  if (handler) await lab.listen({ ip: IP, node: 'n2', port: 8080 }, handler);
  if (isDead) lab.setNodeReachable('n2', false);
  return sendProbe(probe, { network: lab, node: 'n1', ip: IP, container: CONTAINER }, clock);
}

const ok: RequestListener = (_, response) => response.end('fine');
/** A gRPC server that answers the health check so. */
const grpc =
  (code: number, status: number, message = ''): RequestListener =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'application/grpc' });
    if (code === 0) response.write(Buffer.from([0, 0, 0, 0, 2, 8, status]));
    response.addTrailers({ 'grpc-status': String(code), ...(message !== '' && { 'grpc-message': message }) });
    response.end();
  };

describe('a probe', () => {
  it.each<[string, RequestListener | undefined, Probe, string | undefined]>([
    ['over HTTPS', ok, { httpGet: { port: 'web', scheme: 'HTTPS', path: 'health' } }, undefined],
    [
      'over HTTPS where nothing listens',
      undefined,
      { httpGet: { port: 8080, scheme: 'HTTPS' } },
      `Get "https://${IP}:8080/": dial tcp ${IP}:8080: connect: connection refused`,
    ],
    ['of a port by TCP', ok, { tcpSocket: { port: 'web' } }, undefined],
    ['by TCP where nothing listens', undefined, { tcpSocket: { port: 8080 } }, `dial tcp ${IP}:8080: connect: connection refused`],
    ['of a port that the container does not name', ok, { tcpSocket: { port: 'db' } }, "couldn't find port: db"],
    ['of gRPC', grpc(0, 1), { grpc: { port: 8080, service: 'shop' } }, undefined],
    ['of gRPC that serves not', grpc(0, 2), { grpc: { port: 8080 } }, 'service unhealthy (responded with "NOT_SERVING")'],
    [
      'of gRPC without a health service',
      grpc(12, 0, 'unknown service grpc.health.v1.Health'),
      { grpc: { port: 8080 } },
      'error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unknown service grpc.health.v1.Health',
    ],
    [
      'of gRPC where nothing listens',
      undefined,
      { grpc: { port: 8080 } },
      `timeout: failed to connect service "${IP}:8080" within 1s: context deadline exceeded`,
    ],
  ])('%s', async (_, handler, probe, why) => {
    expect(await probed(handler, probe)).toEqual(why === undefined ? { ok: true } : { ok: false, why });
  });

  it('of a pod behind dead wires times out, by TCP and by gRPC', async () => {
    expect(await probed(ok, { tcpSocket: { port: 8080 } }, { isDead: true })).toEqual({
      ok: false,
      why: `dial tcp ${IP}:8080: i/o timeout`,
    });
    await network?.stop();
    const why = `timeout: failed to connect service "${IP}:8080" within 2s: context deadline exceeded`;
    expect(await probed(grpc(0, 1), { grpc: { port: 8080 }, timeoutSeconds: 2 }, { isDead: true })).toEqual({ ok: false, why });
  });
});

describe('probes', () => {
  it('go out by a ticker that a slow answer does not hold up', async () => {
    const clock = createVirtualClock(0);
    const asked: number[] = [];
    // Each answer takes four seconds.
    const slow = { fetch: async () => (asked.push(clock.now()), await clock.sleep(4_000), { status: 200, headers: {}, body: '' }) };
    const stop = startProbeLoop({
      clock,
      probe: { httpGet: { port: 8080 }, initialDelaySeconds: 5, periodSeconds: 10, timeoutSeconds: 5 },
      target: { network: slow as unknown as LabNetwork, node: 'n1', ip: IP, container: CONTAINER }, // the one member that is used
      onVerdict: () => {},
      onFailure: () => {},
    });
    await clock.advance(40_000);
    stop();
    expect(asked).toEqual([5_000, 15_000, 25_000, 35_000]);
  });
});
