/** Pod Security Standards, restricted: what a hardened pod says of itself. Source: k8s.io/pod-security-admission/policy, 1.36. */
import { containersWithPaths, type ContainerFields } from '../validation/_pod-fields.ts';
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
import { badSeccomp, hasOwnUsers, isGoodSeccomp } from './security-checks-baseline.ts';

/** Since then Windows pods are spared what only Linux knows. */
const WINDOWS_SPARED_SINCE = 25;
const isSpared = ({ spec, version }: CheckedPod): boolean => version >= WINDOWS_SPARED_SINCE && spec.os?.name === 'windows';

const allowPrivilegeEscalation = (pod: CheckedPod): Violation | undefined => {
  if (isSpared(pod)) return undefined;
  const bad = containersThat(pod, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (bad.length === 0) return undefined;
  const detail = `${namedContainers(bad)} must set securityContext.allowPrivilegeEscalation=false`;
  return { reason: 'allowPrivilegeEscalation != false', detail };
};

const capabilities = (pod: CheckedPod): Violation | undefined => {
  if (isSpared(pod)) return undefined;
  const beyond = ({ securityContext }: ContainerFields): string[] =>
    (securityContext?.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE');
  const keeping = containersThat(pod, ({ securityContext }) => securityContext?.capabilities?.drop?.includes('ALL') !== true);
  const adding = containersThat(pod, (container) => beyond(container).length > 0);
  const values = sortedSet(containersWithPaths(pod.spec, '').flatMap(({ container }) => beyond(container)));
  const details = [
    ...(keeping.length > 0 ? [`${namedContainers(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adding.length > 0 ? [`${namedContainers(adding)} must not include ${joinQuoted(values)} in securityContext.capabilities.add`] : []),
  ];
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

const VOLUMES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret'];

const volumes = ({ spec }: CheckedPod): Violation | undefined => {
  const found = (spec.volumes ?? []).map((volume) => ({
    name: volume.name ?? '',
    type: Object.keys(volume).find((key) => key !== 'name'),
  }));
  const bad = found.filter(({ type }) => type === undefined || !VOLUMES.includes(type));
  if (bad.length === 0) return undefined;
  const types = sortedSet(bad.map(({ type = 'unknown' }) => type));
  const names = bad.map(({ name }) => name);
  const who = names.length === 1 ? `volume ${joinQuoted(names)} uses` : `volumes ${joinQuoted(names)} use`;
  const what = types.length === 1 ? 'restricted volume type' : 'restricted volume types';
  return { reason: 'restricted volume types', detail: `${who} ${what} ${joinQuoted(types)}` };
};

const runAsNonRoot = (pod: CheckedPod): Violation | undefined => {
  if (hasOwnUsers(pod)) return undefined;
  const reason = 'runAsNonRoot != true';
  const ofPod = pod.spec.securityContext?.runAsNonRoot;
  const explicit = containersThat(pod, ({ securityContext }) => securityContext?.runAsNonRoot === false);
  if (ofPod === false || explicit.length > 0) {
    return { reason, detail: `${setters(ofPod === false, explicit)} must not set securityContext.runAsNonRoot=false` };
  }
  const silent = ofPod === true ? [] : containersThat(pod, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  if (silent.length === 0) return undefined;
  return { reason, detail: `pod or ${namedContainers(silent)} must set securityContext.runAsNonRoot=true` };
};

const runAsUser = (pod: CheckedPod): Violation | undefined => {
  if (hasOwnUsers(pod)) return undefined;
  const ofPod = pod.spec.securityContext?.runAsUser === 0;
  const bad = containersThat(pod, ({ securityContext }) => securityContext?.runAsUser === 0);
  if (!ofPod && bad.length === 0) return undefined;
  return { reason: 'runAsUser=0', detail: `${setters(ofPod, bad)} must not set runAsUser=0` };
};

const seccomp = (pod: CheckedPod): Violation | undefined => {
  if (isSpared(pod)) return undefined;
  const bad = badSeccomp(pod);
  if (bad !== undefined || isGoodSeccomp(pod.spec.securityContext?.seccompProfile?.type)) return bad;
  const silent = containersThat(pod, ({ securityContext }) => securityContext?.seccompProfile === undefined);
  if (silent.length === 0) return undefined;
  const detail = `pod or ${namedContainers(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
  return { reason: 'seccompProfile', detail };
};

/** In the order in which they are told. */
export const RESTRICTED_CHECKS: readonly SecurityCheck[] = [
  { name: 'allowPrivilegeEscalation', since: 8, run: allowPrivilegeEscalation },
  { name: 'capabilities_restricted', since: 22, run: capabilities },
  { name: 'restrictedVolumes', run: volumes },
  { name: 'runAsNonRoot', run: runAsNonRoot },
  { name: 'runAsUser', since: 23, run: runAsUser },
  { name: 'seccompProfile_restricted', since: 19, run: seccomp },
];
