/** What the checks of the Pod Security Standards share. Source: k8s.io/pod-security-admission/policy helpers, 1.36. */
import type { Stored } from '../store.ts';
import { containersWithPaths, type ContainerFields, type MetaFields, type PodSpecFields } from '../validation/_pod-fields.ts';
import { quoted } from '../problems.ts';

/** Why a pod is not allowed; `detail` names what is to blame. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** A pod, or a template of pods, as the checks see it. */
export interface CheckedPod {
  readonly metadata: MetaFields;
  readonly spec: PodSpecFields;
  /** The minor version of the policy that is asked; the latest is infinity. */
  readonly version: number;
}

/** One check, in a file of its level. */
export interface SecurityCheck {
  readonly name: string;
  /** Not asked by policies of older minor versions. */
  readonly since?: number;
  /** What a stricter check says as well: not asked where that one is. */
  readonly overlaps?: boolean;
  readonly run: (pod: CheckedPod) => Violation | undefined;
}

export const joinQuoted = (texts: readonly string[]): string => texts.map(quoted).join(', ');

/** `container "a"`, `containers "a", "b"`. */
export const namedContainers = (names: readonly string[]): string =>
  `${names.length === 1 ? 'container' : 'containers'} ${joinQuoted(names)}`;

export const sortedSet = (values: Iterable<string>): string[] => [...new Set(values)].sort();

/** Names of the containers for which `is` holds: init, regular, ephemeral. */
export const containersThat = ({ spec }: CheckedPod, is: (container: ContainerFields) => boolean): string[] =>
  containersWithPaths(spec, '').flatMap(({ container }) => (is(container) ? [container.name ?? ''] : []));

/** `pod and container "a"`: who has set something. */
export function setters(byPod: boolean, containers: readonly string[]): string {
  return [...(byPod ? ['pod'] : []), ...(containers.length > 0 ? [namedContainers(containers)] : [])].join(' and ');
}

/** Members of a template or pod, by the kind of the object that holds it. Undefined for other kinds. */
export function podOf(object: Stored): Omit<CheckedPod, 'version'> | undefined {
  const read = PLACES[object.kind ?? ''];
  const holder = read?.(object); // looked at by name; every member may be missing
  return holder?.spec === undefined ? undefined : { metadata: holder.metadata ?? {}, spec: holder.spec };
}

interface Holder {
  readonly metadata?: MetaFields;
  readonly spec?: PodSpecFields & { readonly template?: Holder; readonly jobTemplate?: Holder };
  readonly template?: Holder;
}

const ofTemplate = ({ spec }: Holder): Holder | undefined => spec?.template;
const PLACES: Readonly<Record<string, (object: Holder) => Holder | undefined>> = {
  Pod: (pod) => pod,
  PodTemplate: ({ template }) => template,
  ReplicationController: ofTemplate,
  ReplicaSet: ofTemplate,
  Deployment: ofTemplate,
  StatefulSet: ofTemplate,
  DaemonSet: ofTemplate,
  Job: ofTemplate,
  CronJob: ({ spec }) => spec?.jobTemplate?.spec?.template,
};
