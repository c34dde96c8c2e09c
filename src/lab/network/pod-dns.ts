/** How a pod's own settings change what names mean to it: `hostAliases`, `dnsPolicy`, `dnsConfig.searches`. Source: pkg/kubelet/network/dns/dns.go, GetPodDNS. */
import type { Cancel } from '../../base/index.ts';
import type { Pod, Service } from '../../kubernetes/index.ts';
import type { LabApi } from '../kube-api/index.ts';

export interface PodDns {
  /** The address that the pod's hosts file has for a name. */
  aliasOf(ip: string | undefined, host: string): string | undefined;
  /** Whether the pod asks the cluster's DNS at all. */
  asksCluster(ip: string | undefined): boolean;
  /** What the pod looks below besides its own namespace. */
  searchesOf(ip: string | undefined): readonly string[];
  stop: Cancel;
}

/** Only pods with settings of their own are kept. */
export function createPodDns(api: LabApi): PodDns {
  const pods = new Map<string, Pod>();
  const stop = api.watch<Pod>('Pod', ({ type, object }) => {
    const ip = object.status?.podIP;
    if (ip === undefined) return;
    if (type !== 'DELETED' && isOfItsOwn(object)) pods.set(ip, object);
    else if (pods.get(ip)?.metadata.uid === object.metadata.uid) pods.delete(ip);
  });
  const specOf = (ip: string | undefined): Pod['spec'] => (ip === undefined ? undefined : pods.get(ip)?.spec);
  return {
    aliasOf: (ip, host) => specOf(ip)?.hostAliases?.find(({ hostnames = [] }) => hostnames.includes(host))?.ip,
    asksCluster: (ip) => asksCluster(api, specOf(ip)),
    searchesOf: (ip) => specOf(ip)?.dnsConfig?.searches ?? [],
    stop,
  };
}

function isOfItsOwn({ spec }: Pod): boolean {
  const { dnsPolicy = 'ClusterFirst', dnsConfig, hostAliases = [], hostNetwork = false } = spec ?? {};
  return hostAliases.length > 0 || dnsConfig !== undefined || dnsPolicy !== 'ClusterFirst' || hostNetwork;
}

/** `ClusterFirst` in the node's own network means `Default`: the node's resolver, which knows no names of the cluster. */
function asksCluster(api: LabApi, spec: Pod['spec']): boolean {
  const { dnsPolicy = 'ClusterFirst', dnsConfig, hostNetwork = false } = spec ?? {};
  if (dnsPolicy === 'ClusterFirstWithHostNet') return true;
  if (dnsPolicy === 'ClusterFirst') return !hostNetwork;
  if (dnsPolicy === 'Default') return false;
  const own = api.get<Service>('Service', 'kube-system', 'kube-dns')?.spec?.clusterIP;
  return (dnsConfig?.nameservers ?? []).some((server) => server === own);
}
