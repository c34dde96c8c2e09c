/** Copies Endpoints that users keep themselves into slices, which is all that kube-proxy reads. Source: pkg/controller/endpointslicemirroring (1.36). */
import { type Endpoint, type Endpoints, type EndpointSlice, type Service } from '../../../kubernetes/index.ts';
import type { LabApi } from '../../kube-api/index.ts';
import { controllerReference, keyOf, splitKey } from '../runtime/pods.ts';
import { canonicalJson } from '../runtime/template-hash.ts';
import { watchingController } from '../runtime/watching-controller.ts';

const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const MANAGER = 'endpointslicemirroring-controller.k8s.io';
const SKIP = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER = 'control-plane.alpha.kubernetes.io/leader';

type Subset = NonNullable<Endpoints['subsets']>[number];
type Mirrored = Pick<EndpointSlice, 'ports' | 'endpoints'>;

export const endpointSliceMirroring = watchingController(
  'endpoint-slice-mirroring-controller',
  'Mirrors Endpoints of Services without a selector into EndpointSlices.',
  () => ({
    watch: ({ api }, queue) => [
      api.watch<Service>('Service', ({ object }) => queue.add(keyOf(object))),
      api.watch<Endpoints>('Endpoints', ({ object }) => queue.add(keyOf(object))),
    ],
    sync({ api }, key) {
      const { namespace, name } = splitKey(key);
      const endpoints = api.get<Endpoints>('Endpoints', namespace, name);
      const service = api.get<Service>('Service', namespace, name);
      const wanted = endpoints && service && isMirrored(endpoints, service) ? (endpoints.subsets ?? []).map(mirrored) : [];
      reconcile(api, { namespace, name, endpoints }, wanted);
    },
  }),
);

const isMirrored = ({ metadata }: Endpoints, { spec }: Service): boolean =>
  spec?.selector === undefined && metadata.labels?.[SKIP] !== 'true' && metadata.annotations?.[LEADER] === undefined;

function mirrored({ ports = [], addresses = [], notReadyAddresses = [] }: Subset): Mirrored {
  const endpoint = ({ ip, nodeName, hostname, targetRef }: (typeof addresses)[number], ready: boolean): Endpoint => ({
    addresses: [ip],
    conditions: { ready },
    ...(targetRef && { targetRef }),
    ...(nodeName !== undefined && { nodeName }),
    ...(hostname !== undefined && { hostname }),
  });
  return {
    ports: ports.map(({ name = '', port, protocol = 'TCP' }) => ({ name, port, protocol })),
    endpoints: [...addresses.map((address) => endpoint(address, true)), ...notReadyAddresses.map((address) => endpoint(address, false))],
  };
}

interface Place {
  readonly namespace: string | undefined;
  readonly name: string;
  readonly endpoints: Endpoints | undefined;
}

function reconcile(api: LabApi, { namespace, name, endpoints }: Place, wanted: readonly Mirrored[]): void {
  const owned = endpoints && { index: { by: 'owner', value: endpoints.metadata.uid ?? '' } as const };
  const existing = api
    .list<EndpointSlice>('EndpointSlice', { namespace, ...owned })
    .filter(({ metadata }) => metadata.labels?.[MANAGED_BY] === MANAGER && metadata.labels['kubernetes.io/service-name'] === name);
  const free = new Set(existing);
  for (const piece of wanted) {
    const slice = [...free].find((candidate) => canonicalJson(candidate.ports ?? []) === canonicalJson(piece.ports ?? []));
    if (slice === undefined && endpoints) api.create<EndpointSlice>('EndpointSlice', newSlice(endpoints, piece));
    if (slice === undefined) continue;
    free.delete(slice);
    if (canonicalJson(slice.endpoints ?? []) === canonicalJson(piece.endpoints)) continue;
    api.modify<EndpointSlice>('EndpointSlice', namespace, slice.metadata.name, (draft) => void (draft.endpoints = [...piece.endpoints]));
  }
  for (const slice of free) api.delete('EndpointSlice', namespace, slice.metadata.name);
}

function newSlice(endpoints: Endpoints, { ports, endpoints: held }: Mirrored): EndpointSlice {
  const { name, namespace = 'default', labels } = endpoints.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: '',
      generateName: `${name}-`,
      namespace,
      labels: { ...labels, [MANAGED_BY]: MANAGER, 'kubernetes.io/service-name': name },
      ownerReferences: [controllerReference(endpoints)],
    },
    addressType: 'IPv4',
    endpoints: [...held],
    ports: [...(ports ?? [])],
  };
}
