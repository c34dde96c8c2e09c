/** A cluster's network with two nodes, for the tests of this room. */
import type { RequestListener } from 'node:http';
import { EvenkeelError, createRandom, createRealClock, createScaledClock, silentLogger } from '../../base/index.ts';
import type { EndpointSlice, Node, Service } from '../../kubernetes/index.ts';
import { createLabApi } from '../kube-api/index.ts';
import type { LabNetworkOptions } from './create-lab-network.ts';
import { createLabNetwork } from './index.ts';
import type { LabNetwork, Origin } from './index.ts';

export const SPEED = 20;
export const stops: (() => Promise<void>)[] = [];
/** What the tests of this room do after each. */
export async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).toReversed()) await stop();
}

export function start(options: Pick<LabNetworkOptions, 'certificateFor'> = {}) {
  const clock = createScaledClock({ speed: SPEED, originMs: 0, wallOriginMs: createRealClock().now() });
  const random = createRandom('network');
  const api = createLabApi({ clock, random });
  const network = createLabNetwork({ api, clock, random, log: silentLogger, ...options });
  stops.push(() => network.stop());
  for (const [index, name] of ['n1', 'n2'].entries()) {
    const addresses = [{ type: 'InternalIP', address: `10.224.0.${index + 1}` }];
    api.seed<Node>('Node', { metadata: { name }, spec: { podCIDR: `10.244.${index + 1}.0/24` }, status: { addresses } });
  }
  return { api, clock, network };
}
export type Started = ReturnType<typeof start>;

export const service = (name: string, spec: Service['spec'] = {}): Service => ({
  metadata: { name, namespace: 'shop' },
  spec: { clusterIP: '10.0.0.10', ports: [{ name: 'http', port: 80, targetPort: 'web' }], ...spec },
});

export function slice(name: string, endpoints: readonly { ip: string; node: string; ready?: boolean; hostname?: string }[]): EndpointSlice {
  return {
    metadata: { name: `${name}-abcde`, namespace: 'shop', labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: endpoints.map(({ ip, node, ready = true, hostname }) => ({
      addresses: [ip],
      nodeName: node,
      conditions: { ready, serving: ready, terminating: false },
      ...(hostname === undefined ? {} : { hostname }),
    })),
  };
}

export const pod = { kind: 'pod', namespace: 'shop', node: 'n1' } as const satisfies Origin;
export const echo =
  (name: string): RequestListener =>
  (request, response) => {
    response.setHeader('x-pod', name);
    response.end(JSON.stringify({ pod: name, url: request.url, method: request.method, headers: request.headers }));
  };

/** Two pods behind `web`, one on each node. */
export async function twoPods(
  { api, network }: Started,
  spec: Service['spec'] = {},
  program: (name: string) => RequestListener = echo,
): Promise<void> {
  api.seed('Service', service('web', spec));
  api.seed(
    'EndpointSlice',
    slice(
      'web',
      ['10.244.1.5', '10.244.2.5'].map((ip, index) => ({ ip, node: `n${index + 1}` })),
    ),
  );
  await network.listen({ ip: '10.244.1.5', node: 'n1', port: 8080 }, program('a'));
  await network.listen({ ip: '10.244.2.5', node: 'n2', port: 8080 }, program('b'));
}

export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    return `no error: ${JSON.stringify(await work)}`;
  } catch (error) {
    return error instanceof EvenkeelError ? error.code : String(error);
  }
}

export const podsAsked = async (network: LabNetwork, times: number, url = 'http://web'): Promise<string[]> =>
  (await Promise.all(Array.from({ length: times }, () => network.fetch(pod, url)))).map(({ headers }) => headers['x-pod'] ?? '?');
