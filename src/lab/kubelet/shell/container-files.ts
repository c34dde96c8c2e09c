/** The files that a kubelet puts into a container. Those of its image are not there: the lab has no images. */
import { join } from 'node:path/posix';
import type { ConfigMap, Container, Pod, Secret, Service } from '../../../kubernetes/index.ts';
import type { LabApi } from '../../kube-api/index.ts';

const DEFAULT_DNS = '10.0.0.10';

export const dnsAddress = (api: LabApi): string => api.get<Service>('Service', 'kube-system', 'kube-dns')?.spec?.clusterIP ?? DEFAULT_DNS;

/** `/etc/hosts`, `/etc/hostname`, `/etc/resolv.conf`, and the config maps and secrets that are mounted. Source: pkg/kubelet/kubelet_pods.go (1.36). */
export function containerFiles(api: LabApi, pod: Pod, container: Container): ReadonlyMap<string, string> {
  const { namespace = 'default', name } = pod.metadata;
  const hostname = pod.spec?.hostname ?? name;
  const dns = dnsAddress(api);
  const search = [`${namespace}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local'].join(' ');
  const files = new Map([
    ['/etc/hostname', `${hostname}\n`],
    ['/etc/hosts', hostsFile(pod, hostname)],
    ['/etc/resolv.conf', `search ${search}\nnameserver ${dns}\noptions ndots:5\n`],
    ['/var/run/secrets/kubernetes.io/serviceaccount/namespace', namespace],
  ]);
  for (const { name: volume, mountPath, subPath } of container.volumeMounts ?? []) {
    for (const [key, content] of volumeFiles(api, pod, volume)) {
      if (subPath === undefined) files.set(join(mountPath, key), content);
      else if (subPath === key) files.set(mountPath, content);
    }
  }
  return files;
}

function hostsFile(pod: Pod, hostname: string): string {
  const own = [
    ['127.0.0.1', 'localhost'],
    ['::1', 'localhost ip6-localhost ip6-loopback'],
    ['fe00::0', 'ip6-localnet'],
    ['fe00::0', 'ip6-mcastprefix'],
    ['fe00::1', 'ip6-allnodes'],
    ['fe00::2', 'ip6-allrouters'],
    [pod.status?.podIP ?? '', ...namesOf(pod, hostname)],
  ];
  const aliases = (pod.spec?.hostAliases ?? []).map(({ ip, hostnames }) => [ip, (hostnames ?? []).join('\t')]);
  const added = aliases.length > 0 ? ['', '# Entries added by HostAliases.', ...aliases.map((row) => row.join('\t'))] : [];
  return `${['# Kubernetes-managed hosts file.', ...own.map((row) => row.join('\t')), ...added].join('\n')}\n`;
}

/** The full name comes first, where the pod has a subdomain. Source: pkg/kubelet/kubelet_pods.go, managedHostsFileContent. */
const namesOf = ({ metadata, spec }: Pod, hostname: string): readonly string[] =>
  spec?.subdomain ? [`${hostname}.${spec.subdomain}.${metadata.namespace ?? 'default'}.svc.cluster.local`, hostname] : [hostname];

function volumeFiles(api: LabApi, pod: Pod, volume: string): readonly (readonly [string, string])[] {
  const { namespace } = pod.metadata;
  const found = pod.spec?.volumes?.find(({ name }) => name === volume);
  const { configMap, secret } = found ?? {};
  if (configMap)
    return picked(Object.entries(api.get<ConfigMap>('ConfigMap', namespace, configMap.name ?? '')?.data ?? {}), configMap.items);
  if (!secret) return [];
  const data = Object.entries(api.get<Secret>('Secret', namespace, secret.secretName ?? '')?.data ?? {});
  return picked(
    data.map(([key, value]): [string, string] => [key, Buffer.from(value, 'base64').toString('utf8')]),
    secret.items,
  );
}

const picked = (
  entries: readonly (readonly [string, string])[],
  items: readonly { readonly key: string; readonly path: string }[] | undefined,
): readonly (readonly [string, string])[] =>
  items === undefined
    ? entries
    : items.flatMap(({ key, path }) => entries.filter(([name]) => name === key).map(([, value]) => [path, value] as const));

/** The names directly in a folder; undefined when there is no such folder. */
export function entriesOf(files: ReadonlyMap<string, string>, folder: string): string[] | undefined {
  const prefix = folder === '/' ? '/' : `${folder}/`;
  const names = new Set(
    [...files.keys()].flatMap((path) => (path.startsWith(prefix) ? [path.slice(prefix.length).split('/')[0] ?? ''] : [])),
  );
  return names.size === 0 ? undefined : [...names].sort();
}
