/** What the cluster's DNS answers a pod. Source: Kubernetes documentation, "DNS for Services and Pods". */
import type { Endpoints, Service } from '../../../kubernetes/index.ts';
import type { LabApi } from '../../kube-api/index.ts';

export interface Answer {
  /** The full name. */
  readonly name: string;
  readonly addresses: readonly string[];
}

const ZONE = 'cluster.local';

/** Undefined: there is no such name. A pod's namespace comes first. */
export function lookUp(api: LabApi, namespace: string, host: string): Answer | undefined {
  const labels = host
    .replace(/\.$/, '')
    .replace(/\.cluster\.local$/, '')
    .split('.');
  const kind = labels.at(-1);
  if (kind === 'pod' && labels.length === 3)
    return { name: `${labels.join('.')}.${ZONE}`, addresses: [(labels[0] ?? '').replaceAll('-', '.')] };
  const path = kind === 'svc' ? labels.slice(0, -1) : labels;
  const readings: readonly (readonly string[])[] = kind === 'svc' ? [path] : [[...path, namespace], path];
  for (const reading of readings) {
    const [space = '', service = '', ...hostname] = reading.toReversed();
    const found = hostname.length > 1 ? undefined : ofService(api, space, service, hostname[0]);
    if (found !== undefined && found.length > 0) return { name: `${reading.join('.')}.svc.${ZONE}`, addresses: found };
  }
  return undefined;
}

function ofService(api: LabApi, namespace: string, name: string, hostname: string | undefined): readonly string[] | undefined {
  const service = api.get<Service>('Service', namespace, name);
  if (service === undefined) return undefined;
  const { clusterIP, publishNotReadyAddresses } = service.spec ?? {};
  if (clusterIP !== undefined && clusterIP !== '' && clusterIP !== 'None') return hostname === undefined ? [clusterIP] : undefined;
  const subsets = api.get<Endpoints>('Endpoints', namespace, name)?.subsets ?? [];
  const all = subsets.flatMap(({ addresses = [], notReadyAddresses = [] }) => [
    ...addresses,
    ...(publishNotReadyAddresses === true ? notReadyAddresses : []),
  ]);
  return all.filter((address) => hostname === undefined || address.hostname === hostname).map(({ ip }) => ip);
}
