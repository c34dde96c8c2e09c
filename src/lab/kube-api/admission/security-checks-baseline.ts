/** Pod Security Standards, baseline: known ways out of a container are closed. Source: k8s.io/pod-security-admission/policy, 1.36. */
import { containersWithPaths, type ContainerFields, type ProbeFields } from '../validation/_pod-fields.ts';
import {
  containersThat,
  joinQuoted,
  namedContainers,
  setters,
  sortedSet,
  type CheckedPod,
  type SecurityCheck,
  type Violation,
} from './_security-check.ts';

const APPARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';

const appArmor = ({ metadata, ...pod }: CheckedPod): Violation | undefined => {
  const isBad = (type: string | undefined): boolean => type !== undefined && !['RuntimeDefault', 'Localhost'].includes(type);
  const ofPod = pod.spec.securityContext?.appArmorProfile?.type;
  const bad = containersThat({ metadata, ...pod }, ({ securityContext }) => isBad(securityContext?.appArmorProfile?.type));
  const notes = Object.entries(metadata.annotations ?? {}).filter(
    ([key, value]) => key.startsWith(APPARMOR_ANNOTATION) && value !== '' && value !== 'runtime/default' && !value.startsWith('localhost/'),
  );
  const found = [setters(isBad(ofPod), bad), notes.length > 0 ? `annotations ${joinQuoted(notes.map(([key]) => key).sort())}` : ''];
  const by = found.filter((text) => text !== '').join(' and ');
  if (by === '') return undefined;
  const types = containersWithPaths(pod.spec, '').map(({ container }) => container.securityContext?.appArmorProfile?.type);
  const values = sortedSet(
    [ofPod, ...types]
      .filter((type) => type !== undefined)
      .filter(isBad)
      .concat(notes.map(([, value]) => value)),
  );
  const reason = values.length === 1 ? 'forbidden AppArmor profile' : 'forbidden AppArmor profiles';
  return { reason, detail: `${by} must not set AppArmor profile type to ${joinQuoted(values)}` };
};

const DEFAULT_CAPABILITIES = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

const capabilities = (pod: CheckedPod): Violation | undefined => {
  const beyond = ({ securityContext }: ContainerFields): string[] =>
    (securityContext?.capabilities?.add ?? []).filter((name) => !DEFAULT_CAPABILITIES.includes(name));
  const bad = containersThat(pod, (container) => beyond(container).length > 0);
  if (bad.length === 0) return undefined;
  const values = sortedSet(containersWithPaths(pod.spec, '').flatMap(({ container }) => beyond(container)));
  const detail = `${namedContainers(bad)} must not include ${joinQuoted(values)} in securityContext.capabilities.add`;
  return { reason: 'non-default capabilities', detail };
};

const hostNamespaces = ({ spec }: CheckedPod): Violation | undefined => {
  const found = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((key) => spec[key] === true);
  return found.length === 0 ? undefined : { reason: 'host namespaces', detail: found.map((key) => `${key}=true`).join(', ') };
};

const hostPathVolumes = ({ spec }: CheckedPod): Violation | undefined => {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath).map(({ name = '' }) => name);
  if (names.length === 0) return undefined;
  return { reason: 'hostPath volumes', detail: `${names.length === 1 ? 'volume' : 'volumes'} ${joinQuoted(names)}` };
};

const uses = (names: readonly string[], one: string, many: string, values: number): string =>
  `${namedContainers(names)} ${names.length === 1 ? 'uses' : 'use'} ${values === 1 ? one : many}`;

const hostPorts = (pod: CheckedPod): Violation | undefined => {
  const portsOf = ({ ports = [] }: ContainerFields): number[] => ports.map(({ hostPort = 0 }) => hostPort).filter((port) => port !== 0);
  const bad = containersThat(pod, (container) => portsOf(container).length > 0);
  if (bad.length === 0) return undefined;
  const values = sortedSet(containersWithPaths(pod.spec, '').flatMap(({ container }) => portsOf(container).map(String)));
  return { reason: 'hostPort', detail: `${uses(bad, 'hostPort', 'hostPorts', values.length)} ${values.join(', ')}` };
};

type Handler = Pick<ProbeFields, 'httpGet' | 'tcpSocket'>;

const handlerHosts = (container: ContainerFields): string[] => {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
  const handlers: readonly (Handler | undefined)[] = [
    livenessProbe,
    readinessProbe,
    startupProbe,
    lifecycle?.postStart,
    lifecycle?.preStop,
  ];
  return handlers.flatMap((handler) => [handler?.httpGet?.host ?? '', handler?.tcpSocket?.host ?? '']).filter((host) => host !== '');
};

const handlerHostsCheck = (pod: CheckedPod): Violation | undefined => {
  const bad = sortedSet(containersThat(pod, (container) => handlerHosts(container).length > 0));
  if (bad.length === 0) return undefined;
  const hosts = sortedSet(containersWithPaths(pod.spec, '').flatMap(({ container }) => handlerHosts(container)));
  const what = 'probe or lifecycle host';
  return { reason: what, detail: `${uses(bad, what, `${what}s`, hosts.length)} ${joinQuoted(hosts)}` };
};

const privileged = (pod: CheckedPod): Violation | undefined => {
  const bad = containersThat(pod, ({ securityContext }) => securityContext?.privileged === true);
  if (bad.length === 0) return undefined;
  return { reason: 'privileged', detail: `${namedContainers(bad)} must not set securityContext.privileged=true` };
};

/** With users of its own a pod may do more since this version. */
const USER_NAMESPACES_SINCE = 35;
export const hasOwnUsers = ({ spec, version }: CheckedPod): boolean => version >= USER_NAMESPACES_SINCE && spec.hostUsers === false;

const procMount = (pod: CheckedPod): Violation | undefined => {
  if (hasOwnUsers(pod)) return undefined;
  const typeOf = ({ securityContext }: ContainerFields): string => securityContext?.procMount ?? 'Default';
  const bad = containersThat(pod, (container) => typeOf(container) !== 'Default');
  if (bad.length === 0) return undefined;
  const values = sortedSet(containersWithPaths(pod.spec, '').map(({ container }) => typeOf(container))).filter(
    (type) => type !== 'Default',
  );
  return { reason: 'procMount', detail: `${namedContainers(bad)} must not set securityContext.procMount to ${joinQuoted(values)}` };
};

const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t'];
const ENGINE_TYPE_SINCE = 31;

const seLinux = (pod: CheckedPod): Violation | undefined => {
  const allowed = pod.version >= ENGINE_TYPE_SINCE ? [...SELINUX_TYPES, 'container_engine_t'] : SELINUX_TYPES;
  type Options = NonNullable<ContainerFields['securityContext']>['seLinuxOptions'];
  const isBad = (options: Options): boolean =>
    options !== undefined && (!allowed.includes(options.type ?? '') || (options.user ?? '') !== '' || (options.role ?? '') !== '');
  const ofPod = pod.spec.securityContext?.seLinuxOptions;
  const bad = containersThat(pod, ({ securityContext }) => isBad(securityContext?.seLinuxOptions));
  if (bad.length === 0 && !isBad(ofPod)) return undefined;
  const all = [ofPod, ...containersWithPaths(pod.spec, '').map(({ container }) => container.securityContext?.seLinuxOptions)];
  const types = sortedSet(all.map((options) => options?.type ?? '')).filter((type) => !allowed.includes(type));
  const data = [
    ...(types.length > 0 ? [`${types.length === 1 ? 'type' : 'types'} ${joinQuoted(types)}`] : []),
    ...(all.some((options) => (options?.user ?? '') !== '') ? ['user may not be set'] : []),
    ...(all.some((options) => (options?.role ?? '') !== '') ? ['role may not be set'] : []),
  ];
  const detail = `${setters(isBad(ofPod), bad)} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`;
  return { reason: 'seLinuxOptions', detail };
};

export const isGoodSeccomp = (type: string | undefined): boolean => type === 'RuntimeDefault' || type === 'Localhost';

/** Who has set a seccomp profile that does not confine. */
export function badSeccomp(pod: CheckedPod): Violation | undefined {
  const ofPod = pod.spec.securityContext?.seccompProfile;
  const isBad = ({ securityContext }: ContainerFields): boolean =>
    securityContext?.seccompProfile !== undefined && !isGoodSeccomp(securityContext.seccompProfile.type);
  const bad = containersThat(pod, isBad);
  const isPodBad = ofPod !== undefined && !isGoodSeccomp(ofPod.type);
  if (bad.length === 0 && !isPodBad) return undefined;
  const types = containersWithPaths(pod.spec, '').flatMap(({ container }) =>
    isBad(container) ? [container.securityContext?.seccompProfile?.type ?? ''] : [],
  );
  const values = sortedSet([...(isPodBad ? [ofPod.type ?? ''] : []), ...types]);
  const detail = `${setters(isPodBad, bad)} must not set securityContext.seccompProfile.type to ${joinQuoted(values)}`;
  return { reason: 'seccompProfile', detail };
}

const SECCOMP_FIELDS_SINCE = 19;

const seccomp = (pod: CheckedPod): Violation | undefined => {
  if (pod.version >= SECCOMP_FIELDS_SINCE) return badSeccomp(pod);
  const { annotations = {} } = pod.metadata;
  const keys = [SECCOMP_POD, ...containersThat(pod, () => true).map((name) => SECCOMP_CONTAINER + name)];
  const bad = keys.filter((key) => {
    const value = annotations[key];
    return value !== undefined && !['runtime/default', 'docker/default'].includes(value) && !value.startsWith('localhost/');
  });
  if (bad.length === 0) return undefined;
  const told = sortedSet(bad.map((key) => `${key}=${joinQuoted([annotations[key] ?? ''])}`));
  return { reason: 'seccompProfile', detail: `forbidden ${told.length === 1 ? 'annotation' : 'annotations'} ${told.join(', ')}` };
};

/** Settings of the kernel that stay within the pod, with the version that came to think so. */
const SAFE_SYSCTLS: Readonly<Record<string, number>> = {
  'kernel.shm_rmid_forced': 0,
  'net.ipv4.ip_local_port_range': 0,
  'net.ipv4.tcp_syncookies': 0,
  'net.ipv4.ping_group_range': 0,
  'net.ipv4.ip_unprivileged_port_start': 0,
  'net.ipv4.ip_local_reserved_ports': 27,
  'net.ipv4.tcp_keepalive_time': 29,
  'net.ipv4.tcp_fin_timeout': 29,
  'net.ipv4.tcp_keepalive_intvl': 29,
  'net.ipv4.tcp_keepalive_probes': 29,
  'net.ipv4.tcp_rmem': 32,
  'net.ipv4.tcp_wmem': 32,
};

const sysctls = ({ spec, version }: CheckedPod): Violation | undefined => {
  const names = (spec.securityContext?.sysctls ?? []).map(({ name = '' }) => name);
  const bad = names.filter((name) => (SAFE_SYSCTLS[name] ?? Number.POSITIVE_INFINITY) > version || SAFE_SYSCTLS[name] === undefined);
  return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
};

const windowsHostProcess = (pod: CheckedPod): Violation | undefined => {
  const ofPod = pod.spec.securityContext?.windowsOptions?.hostProcess === true;
  const bad = containersThat(pod, ({ securityContext }) => securityContext?.windowsOptions?.hostProcess === true);
  if (!ofPod && bad.length === 0) return undefined;
  return { reason: 'hostProcess', detail: `${setters(ofPod, bad)} must not set securityContext.windowsOptions.hostProcess=true` };
};

/** In the order in which they are told. */
export const BASELINE_CHECKS: readonly SecurityCheck[] = [
  { name: 'appArmorProfile', run: appArmor },
  { name: 'capabilities_baseline', overlaps: true, run: capabilities },
  { name: 'hostNamespaces', run: hostNamespaces },
  { name: 'hostPathVolumes', overlaps: true, run: hostPathVolumes },
  { name: 'hostPorts', run: hostPorts },
  { name: 'hostProbesAndHostLifecycle', since: 34, run: handlerHostsCheck },
  { name: 'privileged', run: privileged },
  { name: 'procMount', run: procMount },
  { name: 'seLinuxOptions', run: seLinux },
  { name: 'seccompProfile_baseline', overlaps: true, run: seccomp },
  { name: 'sysctls', run: sysctls },
  { name: 'windowsHostProcess', run: windowsHostProcess },
];
