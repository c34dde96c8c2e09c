import type { Container, Pod } from '../../kubernetes/index.ts';
import { containerEnvironment } from './container-environment.ts';
import type { ProgramRoom } from './pod-worker.ts';
import { containerFiles, dnsAddress, lookUp } from './shell/index.ts';
import type { Inside } from './shell/types.ts';

/** All containers of a pod, whatever they are for. */
export const allContainers = ({ spec }: Pod): readonly Container[] => [
  ...(spec?.containers ?? []),
  ...(spec?.initContainers ?? []),
  ...(spec?.ephemeralContainers ?? []),
];

/** What a command sees that runs in a container. Errors: when the pod has no such container, `NOT_FOUND` when its environment refers to what is not there. */
export function insideOf(room: ProgramRoom, pod: Pod, name: string): Inside {
  const container = allContainers(pod).find((item) => item.name === name);
  if (container === undefined) throw new Error(`container not found ("${name}")`);
  const { namespace = 'default' } = pod.metadata;
  const origin = { kind: 'pod', namespace, node: room.node, ip: pod.status?.podIP ?? '' } as const;
  const isOnHost = pod.spec?.hostNetwork === true;
  const hostname = isOnHost ? room.node : (pod.spec?.hostname ?? pod.metadata.name);
  return {
    hostname,
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: '/root',
      ...containerEnvironment(room.api, pod, container),
      ...(isOnHost ? { HOSTNAME: hostname } : {}),
    },
    files: containerFiles(room.api, pod, container),
    clock: room.clock,
    fetch: (url, options) => room.network.fetch(origin, url, options),
    connect: (host, port, signal) => room.network.connect(origin, { host, port }, signal),
    lookUp: (host) => lookUp(room.api, namespace, host),
    dnsServer: dnsAddress(room.api),
    address: pod.status?.podIP ?? '',
  };
}
