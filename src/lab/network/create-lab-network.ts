/** The cluster network on loopback: what is connected to what, and what a dead node does to it. */
import type { Socket } from 'node:net';
import { EvenkeelError, networkLimitMs } from '../../base/index.ts';
import type { Clock, Logger, Random } from '../../base/index.ts';
import type { Node } from '../../kubernetes/index.ts';
import type { LabApi } from '../kube-api/index.ts';
import type { PodFetchOptions, PodResponse } from '../kubelet/index.ts';
import { exchange } from './exchange.ts';
import { createHosts } from './hosts.ts';
import type { Hosts } from './hosts.ts';
import { startIngress } from './ingress.ts';
import { nodeOfAddress } from './node-of-address.ts';
import { createReachability } from './reachability.ts';
import type { Reachability } from './reachability.ts';
import { resolveTarget } from './resolve-target.ts';
import type { Names, Target } from './resolve-target.ts';
import { createServiceDirectory } from './service-directory.ts';
import { createServiceProxy } from './service-proxy.ts';
import type { LabNetwork, Origin } from './types.ts';

const DEFAULT_LIMIT_MS = 30_000;

export interface LabNetworkOptions {
  readonly api: LabApi;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

interface Parts {
  readonly api: LabApi;
  readonly clock: Clock;
  readonly hosts: Hosts;
  readonly reachability: Reachability;
  readonly names: Names;
  /** Sockets of pods on a dead node: their ends are not heard of until the node is back. */
  readonly silenced: Map<Socket, string>;
}

/**
 * Creates the network of one lab. Each request of a pod is a connection of its own, so kube-proxy chooses for each.
 *
 * Chance comes from `random`'s fork `network`. Nothing is reachable until something listens.
 */
export function createLabNetwork({ api, clock, random, log }: LabNetworkOptions): LabNetwork {
  const own = random.fork('network');
  const hosts = createHosts();
  const outside = new Set<string>();
  const reachability = createReachability();
  const directory = createServiceDirectory(api);
  const silenced = new Map<Socket, string>();
  const names: Names = {
    directory,
    proxy: createServiceProxy(directory, clock, own),
    random: own,
    hasOutsideHost: (host) => outside.has(host),
  };
  const parts: Parts = { api, clock, hosts, reachability, names, silenced };
  return {
    listen: ({ ip, node, port }, handler) => hosts.listen(ip, port, node, handler),
    async listenOutside(host, port, handler) {
      outside.add(host);
      const cancel = await hosts.listen(host, port, undefined, handler);
      return () => {
        cancel();
        if (!hosts.has(host)) outside.delete(host);
      };
    },
    fetch: (origin, url, options) => fetchFrom(parts, origin, url, options ?? {}),
    setNodeReachable(node, reachable) {
      if (reachable) {
        hosts.thaw(node);
        for (const [socket, owner] of silenced) if (owner === node && silenced.delete(socket)) socket.resetAndDestroy();
      } else hosts.freeze(node);
      reachability.set(node, reachable);
    },
    startIngress: (port) =>
      startIngress({
        api,
        clock,
        log,
        directory,
        port,
        connect: (target, signal = new AbortController().signal) => connectTo(parts, undefined, target, signal),
      }),
    async stop() {
      directory.stop();
      for (const socket of silenced.keys()) socket.destroy();
      hosts.stop();
    },
  };
}

async function fetchFrom(parts: Parts, origin: Origin, text: string, options: PodFetchOptions): Promise<PodResponse> {
  const url = parseUrl(text);
  const limitMs = options.timeoutMs ?? DEFAULT_LIMIT_MS;
  const { signal, release } = limit(parts.clock, limitMs, `${options.method ?? 'GET'} ${text}`, options.signal);
  try {
    return await attempt(parts, origin, url, options, signal);
  } catch (error) {
    throw asNetworkError(error, text);
  } finally {
    release();
  }
}

async function attempt(parts: Parts, origin: Origin, url: URL, options: PodFetchOptions, signal: AbortSignal): Promise<PodResponse> {
  const node = origin.kind === 'outside' ? undefined : origin.node;
  const deaths = parts.reachability.deathsOf(node);
  let socket: Socket | undefined;
  try {
    await parts.reachability.untilAlive([node], signal);
    const targets = resolveTarget(parts.names, origin, url.hostname.replace(/^\[|\]$/g, ''), Number(url.port || 80));
    socket = await connectToFirst(parts, node, targets, signal);
    return await exchange(socket, url, options, signal);
  } finally {
    // Whatever came of it while the caller's node was dead never reached the caller.
    if (parts.reachability.deathsOf(node) > deaths) await hangUntilReset(parts, node, socket, signal);
    else socket?.destroy();
  }
}

async function hangUntilReset(
  { reachability, silenced }: Parts,
  node: string | undefined,
  socket: Socket | undefined,
  signal: AbortSignal,
) {
  if (socket && node !== undefined && reachability.isDead(node)) silenced.set(socket, node);
  await reachability.untilAlive([node], signal);
  socket?.destroy();
  throw new EvenkeelError('UNREACHABLE', 'connection reset: the node went down meanwhile', { blame: 'target' });
}

/** Tries the addresses one after the other, as clients do when the first refuses. */
async function connectToFirst(parts: Parts, node: string | undefined, targets: readonly Target[], signal: AbortSignal): Promise<Socket> {
  const [first, ...others] = targets;
  if (first === undefined) throw new EvenkeelError('UNREACHABLE', 'no address to connect to', { blame: 'target' });
  try {
    return await connectTo(parts, node, first, signal);
  } catch (error) {
    if (others.length === 0 || signal.aborted) throw error;
    return connectToFirst(parts, node, others, signal);
  }
}

/** Connects; while either end's node is dead the packets vanish, and TCP goes on trying. */
async function connectTo(parts: Parts, from: string | undefined, target: Target, signal: AbortSignal): Promise<Socket> {
  if ('outside' in target) return parts.hosts.connect(target.outside, target.port);
  const node = parts.hosts.nodeOf(target.ip) ?? nodeOfAddress(parts.api.list<Node>('Node'), target.ip);
  await parts.reachability.untilAlive([from, node], signal);
  return parts.hosts.connect(target.ip, target.port);
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:') return url;
  throw new EvenkeelError('INVALID_INPUT', `'${text}' is not an http address`, { blame: 'input' });
}

/** A signal that aborts with `TIMED_OUT` at the limit (lab milliseconds), or with `CANCELLED` when the caller gives up. */
function limit(
  clock: Clock,
  limitMs: number,
  what: string,
  given: AbortSignal | undefined,
): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const cancel = clock.after(networkLimitMs(clock, limitMs) * clock.speed, () =>
    controller.abort(new EvenkeelError('TIMED_OUT', `${what}: no answer within ${limitMs / 1000} s`, { blame: 'target' })),
  );
  const giveUp = (): void => controller.abort(new EvenkeelError('CANCELLED', `${what}: given up`, { blame: 'input' }));
  if (given?.aborted) giveUp();
  given?.addEventListener('abort', giveUp, { once: true });
  return {
    signal: controller.signal,
    release() {
      cancel();
      given?.removeEventListener('abort', giveUp);
    },
  };
}

function asNetworkError(error: unknown, url: string): EvenkeelError {
  if (error instanceof EvenkeelError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
  return new EvenkeelError('UNREACHABLE', `${url}: connection ${code === 'ECONNRESET' ? 'reset' : code}`, {
    blame: 'target',
    cause: error,
  });
}
