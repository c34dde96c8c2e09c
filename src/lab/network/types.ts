/** The cluster network: pod addresses, Services, DNS, Ingress, and what a dead node does to packets. */
import type { RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Cancel } from '../../base/index.ts';
import type { PodFetchOptions, PodResponse } from '../kubelet/index.ts';

/** Where a packet comes from. A node's own probes come from the node; users come from outside. */
export type Origin =
  /** `ip` tells pods apart for session affinity; without it all pods of a namespace on one node count as one client. */
  | { readonly kind: 'pod'; readonly namespace: string; readonly node: string; readonly ip?: string }
  | { readonly kind: 'node'; readonly node: string }
  | { readonly kind: 'outside' };

/** PEM texts for a host's name. */
export type CertificateFor = (host: string) => Promise<{ readonly key: string; readonly cert: string }>;

export interface LabNetwork {
  /** A real HTTP server on loopback that answers for `address:port` of the cluster. */
  listen(
    address: { readonly ip: string; readonly node: string | undefined; readonly port: number },
    handler: RequestListener,
  ): Promise<Cancel>;
  /** A host outside the nodes (a managed database), under a DNS name. */
  listenOutside(host: string, port: number, handler: RequestListener): Promise<Cancel>;
  /**
   * One HTTP request as seen from `origin`: DNS, Service, endpoint, connection. Hangs to its limit where a dead node swallows packets.
   * Errors: `UNREACHABLE` (refused, no such host, no endpoints), `TIMED_OUT`.
   */
  fetch(origin: Origin, url: string, options?: PodFetchOptions): Promise<PodResponse>;
  /** A connection as seen from `origin`; hangs until the signal where packets are dropped. Errors: `UNREACHABLE`. */
  connect(origin: Origin, target: { readonly host: string; readonly port: number }, signal: AbortSignal): Promise<Duplex>;
  /** A dead node: connections to and from it hang, existing ones go silent. Back again: old connections are reset. */
  setNodeReachable(node: string, reachable: boolean): void;
  /** Serves what is reached from outside, on loopback: the Ingresses at this address, and node ports. */
  startIngress(
    port: number,
    options?: { readonly certificateFor?: CertificateFor | undefined },
  ): Promise<{ readonly url: string; readonly tlsUrl: string | undefined; stop(): Promise<void> }>;
  stop(): Promise<void>;
}
