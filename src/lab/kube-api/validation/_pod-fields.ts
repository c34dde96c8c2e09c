/** A pod's parts as they come from outside: of the right types (the decoder saw to that), but any of them may be missing. */
import type { Container, Pod, PodSpec, Probe } from '../../../kubernetes/index.ts';

/** Everything in it may be missing, in depth. */
export type Loose<T> = T extends readonly (infer Item)[]
  ? readonly Loose<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]?: Loose<T[Key]> | undefined }
    : T;

type Quantities = Readonly<Record<string, string | undefined>>;

export interface ResourceFields {
  readonly limits?: Quantities | undefined;
  readonly requests?: Quantities | undefined;
  readonly claims?: readonly { readonly name?: string | undefined; readonly request?: string | undefined }[] | undefined;
}

export interface ProfileFields {
  readonly type?: string | undefined;
  readonly localhostProfile?: string | undefined;
}

/** Members that are newer than the types at hand. */
interface NewerSecurityFields {
  readonly appArmorProfile?: ProfileFields | undefined;
}

export type SecurityFields = Loose<NonNullable<Container['securityContext']>> & NewerSecurityFields;
export type PodSecurityFields = Loose<NonNullable<PodSpec['securityContext']>> &
  NewerSecurityFields & { readonly supplementalGroupsPolicy?: string | undefined; readonly seLinuxChangePolicy?: string | undefined };
export type WindowsFields = NonNullable<SecurityFields['windowsOptions']>;

export interface RestartRuleFields {
  readonly action?: string | undefined;
  readonly exitCodes?: { readonly operator?: string | undefined; readonly values?: readonly number[] | undefined } | undefined;
}

export type PortFields = Loose<NonNullable<Container['ports']>[number]>;
export type EnvFromFields = Loose<NonNullable<Container['envFrom']>[number]>;
export type EnvFields = Loose<NonNullable<Container['env']>[number]>;
export interface FileKeyFields {
  readonly volumeName?: string | undefined;
  readonly path?: string | undefined;
  readonly key?: string | undefined;
}
export type MountFields = Loose<NonNullable<Container['volumeMounts']>[number]> & { readonly recursiveReadOnly?: string | undefined };
export type DeviceFields = Loose<NonNullable<Container['volumeDevices']>[number]>;
export type ProbeFields = Loose<Probe>;
export type LifecycleFields = Loose<NonNullable<Container['lifecycle']>> & { readonly stopSignal?: string | undefined };
export type HandlerFields = ProbeFields & NonNullable<LifecycleFields['preStop']>;

export type ContainerFields = Omit<Loose<Container>, 'securityContext' | 'resources' | 'volumeMounts'> & {
  readonly securityContext?: SecurityFields | undefined;
  readonly resources?: ResourceFields | undefined;
  readonly volumeMounts?: readonly MountFields[] | undefined;
  readonly restartPolicyRules?: readonly RestartRuleFields[] | undefined;
};
export type EphemeralContainerFields = ContainerFields & { readonly targetContainerName?: string | undefined };

export type VolumeFields = Loose<NonNullable<PodSpec['volumes']>[number]> & {
  readonly image?: { readonly reference?: string | undefined; readonly pullPolicy?: string | undefined } | undefined;
};
export type ProjectionFields = Loose<NonNullable<NonNullable<NonNullable<PodSpec['volumes']>[number]['projected']>['sources']>[number]> & {
  readonly podCertificate?: PodCertificateFields | undefined;
};
export interface PodCertificateFields {
  readonly signerName?: string | undefined;
  readonly keyType?: string | undefined;
  readonly maxExpirationSeconds?: number | undefined;
  readonly credentialBundlePath?: string | undefined;
  readonly keyPath?: string | undefined;
  readonly certificateChainPath?: string | undefined;
}
export type TolerationFields = Loose<NonNullable<PodSpec['tolerations']>[number]>;
export type AffinityFields = Loose<NonNullable<PodSpec['affinity']>>;
export type SpreadFields = Loose<NonNullable<PodSpec['topologySpreadConstraints']>[number]>;
export type DnsFields = Loose<NonNullable<PodSpec['dnsConfig']>>;
export interface ResourceClaimFields {
  readonly name?: string | undefined;
  readonly resourceClaimName?: string | undefined;
  readonly resourceClaimTemplateName?: string | undefined;
}

type Replaced = 'containers' | 'initContainers' | 'ephemeralContainers' | 'volumes' | 'securityContext' | 'resourceClaims';

export type PodSpecFields = Omit<Loose<PodSpec>, Replaced> & {
  readonly containers?: readonly ContainerFields[] | undefined;
  readonly initContainers?: readonly ContainerFields[] | undefined;
  readonly ephemeralContainers?: readonly EphemeralContainerFields[] | undefined;
  readonly volumes?: readonly VolumeFields[] | undefined;
  readonly securityContext?: PodSecurityFields | undefined;
  readonly resourceClaims?: readonly ResourceClaimFields[] | undefined;
  readonly resources?: ResourceFields | undefined;
  readonly hostnameOverride?: string | undefined;
  readonly schedulingGroup?: { readonly podGroupName?: string | undefined } | undefined;
};

export interface MetaFields {
  readonly name?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export interface PodFields {
  readonly metadata: MetaFields;
  readonly spec?: PodSpecFields | undefined;
  readonly status?: Loose<NonNullable<Pod['status']>> | undefined;
}

/** All containers with their paths below the spec: init, regular, ephemeral. Source: podshelper.VisitContainersWithPath. */
export function containersWithPaths(
  spec: PodSpecFields,
  path: string,
): readonly { readonly at: string; readonly container: ContainerFields }[] {
  return (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((list) =>
    (spec[list] ?? []).map((container, index) => ({ at: `${path}.${list}[${index}]`, container })),
  );
}

export const isSidecar = ({ restartPolicy }: ContainerFields): boolean => restartPolicy === 'Always';
