/** The kinds that the lab's API server stores: those that evenkeel knows by name, and some that only clients ask for. */
import { resourceOf, RESOURCES, type Resource } from '../../kubernetes/index.ts';

const extra = (
  kind: string,
  group: string,
  plural: string,
  shortNames: readonly string[],
  namespaced: boolean,
  categories?: readonly string[],
): Resource => ({
  kind,
  group,
  version: 'v1',
  plural,
  singular: kind.toLowerCase(),
  shortNames,
  namespaced,
  ...(categories ? { categories } : {}),
});

const EXTENSIONS = ['api-extensions'];

const MORE: readonly Resource[] = [
  extra('CustomResourceDefinition', 'apiextensions.k8s.io', 'customresourcedefinitions', ['crd', 'crds'], false, EXTENSIONS),
  extra('PodTemplate', '', 'podtemplates', [], true),
  extra('CSIDriver', 'storage.k8s.io', 'csidrivers', [], false),
  extra('CSINode', 'storage.k8s.io', 'csinodes', [], false),
  extra('CSIStorageCapacity', 'storage.k8s.io', 'csistoragecapacities', [], true),
  extra('CertificateSigningRequest', 'certificates.k8s.io', 'certificatesigningrequests', ['csr'], false),
  extra('RuntimeClass', 'node.k8s.io', 'runtimeclasses', [], false),
].filter(({ kind }) => resourceOf(kind) === undefined);

/** Kinds of a real server that the lab has none of: they are listed (empty) and read, and a write says what is missing. */
const READ_ONLY: readonly Resource[] = [
  extra('APIService', 'apiregistration.k8s.io', 'apiservices', [], false, EXTENSIONS),
  extra('IPAddress', 'networking.k8s.io', 'ipaddresses', ['ip'], false),
  extra('ServiceCIDR', 'networking.k8s.io', 'servicecidrs', [], false),
  extra('VolumeAttributesClass', 'storage.k8s.io', 'volumeattributesclasses', ['vac'], false),
  extra('MutatingAdmissionPolicy', 'admissionregistration.k8s.io', 'mutatingadmissionpolicies', [], false, EXTENSIONS),
  extra('MutatingAdmissionPolicyBinding', 'admissionregistration.k8s.io', 'mutatingadmissionpolicybindings', [], false, EXTENSIONS),
  extra('MutatingWebhookConfiguration', 'admissionregistration.k8s.io', 'mutatingwebhookconfigurations', [], false, EXTENSIONS),
  extra('ValidatingAdmissionPolicy', 'admissionregistration.k8s.io', 'validatingadmissionpolicies', [], false, EXTENSIONS),
  extra('ValidatingAdmissionPolicyBinding', 'admissionregistration.k8s.io', 'validatingadmissionpolicybindings', [], false, EXTENSIONS),
  extra('ValidatingWebhookConfiguration', 'admissionregistration.k8s.io', 'validatingwebhookconfigurations', [], false, EXTENSIONS),
  extra('DeviceClass', 'resource.k8s.io', 'deviceclasses', [], false),
  extra('ResourceClaim', 'resource.k8s.io', 'resourceclaims', [], true),
  extra('ResourceClaimTemplate', 'resource.k8s.io', 'resourceclaimtemplates', [], true),
  extra('ResourceSlice', 'resource.k8s.io', 'resourceslices', [], false),
  extra('FlowSchema', 'flowcontrol.apiserver.k8s.io', 'flowschemas', [], false),
  extra('PriorityLevelConfiguration', 'flowcontrol.apiserver.k8s.io', 'prioritylevelconfigurations', [], false),
].filter(({ kind }) => resourceOf(kind) === undefined);

export const LAB_RESOURCES: readonly Resource[] = [...RESOURCES, ...MORE, ...READ_ONLY];

const UNWRITTEN = new Set(READ_ONLY.map(({ kind }) => kind));

/** Objects of the kind would do nothing here, so the lab takes none. */
export const isReadOnly = (kind: string): boolean => UNWRITTEN.has(kind);

const BY_KIND = new Map(LAB_RESOURCES.map((resource) => [resource.kind, resource]));

/** The row of a kind that the lab stores. */
export const labResourceOf = (kind: string): Resource | undefined => BY_KIND.get(kind);
