/** What a pod's status may become. Source: ValidatePodStatusUpdate, pkg/apis/core/validation, 1.36. */
import { sameJson } from '../json.ts';
import type { Problems } from '../problems.ts';
import { isIpv6, validateAddress } from './_ip-fields.ts';
import { qualifiedNameProblems, subdomainProblems } from './_names.ts';
import { IMMUTABLE } from './_numbers.ts';
import { isSidecar, type PodFields } from './_pod-fields.ts';
import { validateAnnotationUpdate } from './pod-update.ts';

type Status = NonNullable<PodFields['status']>;
type ContainerStatuses = NonNullable<Status['containerStatuses']>;

const SYSTEM_CONDITIONS = ['PodScheduled', 'Ready', 'Initialized'];

export function validatePodStatus(pod: PodFields, previous: PodFields, problems: Problems): void {
  const { status = {} } = pod;
  const { status: old = {}, spec = {} } = previous;
  validateAnnotationUpdate(pod, previous, problems);
  for (const [index, { type = '' }] of (status.conditions ?? []).entries()) {
    if (!SYSTEM_CONDITIONS.includes(type)) {
      problems.eachInvalid(`metadata.conditions[${index}].Type`, type, qualifiedNameProblems(type));
    }
  }
  const { nominatedNodeName: nominated = '' } = status;
  if (nominated !== '' && nominated !== old.nominatedNodeName) {
    problems.eachInvalid('status.nominatedNodeName', nominated, subdomainProblems(nominated));
  }
  if (status.qosClass !== old.qosClass) problems.invalid('status.qosClass', status.qosClass ?? '', IMMUTABLE);
  const policy = spec.restartPolicy ?? 'Always';
  const sidecars = new Set((spec.initContainers ?? []).filter(isSidecar).map(({ name = '' }) => name));
  validateTransitions(status.containerStatuses, old.containerStatuses, { path: 'status.containerStatuses', policy }, problems);
  validateTransitions(
    status.initContainerStatuses,
    old.initContainerStatuses,
    { path: 'status.initContainerStatuses', policy, sidecars },
    problems,
  );
  validateTransitions(
    status.ephemeralContainerStatuses,
    old.ephemeralContainerStatuses,
    { path: 'status.ephemeralContainerStatuses', policy: 'Never' },
    problems,
  );
  validateAddresses(status, problems);
}

interface Transition {
  readonly path: string;
  readonly policy: string;
  readonly sidecars?: ReadonlySet<string>;
}

/** What has ended for good does not come back. */
function validateTransitions(
  now: ContainerStatuses = [],
  before: ContainerStatuses = [],
  { path, policy, sidecars }: Transition,
  problems: Problems,
): void {
  if (policy === 'Always') return;
  for (const [index, { name = '', state }] of before.entries()) {
    const ended = state?.terminated;
    if (!ended || (ended.exitCode !== 0 && policy === 'OnFailure') || sidecars?.has(name) === true) continue;
    for (const other of now) {
      if (other.name === name && !other.state?.terminated) {
        problems.forbidden(`${path}[${index}].state`, 'may not be transitioned to non-terminated state');
      }
    }
  }
}

function validateAddresses(status: Status, problems: Problems): void {
  const hostIPs = (status as { readonly hostIPs?: readonly { readonly ip?: string }[] }).hostIPs ?? []; // newer than the types
  const first = hostIPs[0]?.ip ?? '';
  if (hostIPs.length > 0 && (status.hostIP ?? '') !== first) {
    problems.invalid('status.hostIPs[0].ip', first, 'must be equal to `hostIP`');
  }
  for (const [path, list] of [
    ['status.podIPs', status.podIPs ?? []],
    ['status.hostIPs', hostIPs],
  ] as const) {
    for (const [index, { ip }] of list.entries()) validateAddress(ip, `${path}[${index}]`, problems);
    if (list.length < 2) continue;
    const told = list.map(({ ip = '' }) => ({ IP: ip }));
    if (list.length > 2 || isIpv6(list[0]?.ip ?? '') === isIpv6(list[1]?.ip ?? '')) {
      problems.invalid(path, told, 'may specify no more than one IP for each IP family');
    }
    for (const [index, value] of told.entries()) {
      if (told.slice(0, index).some((other) => sameJson(other, value))) problems.duplicate(`${path}[${index}]`, value);
    }
  }
}
