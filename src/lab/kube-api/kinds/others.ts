/** Kinds with few rules of their own. Source: the v1 defaults and validation of their groups, 1.36. */
import type {
  ConfigMap,
  Endpoints,
  Event,
  EndpointSlice,
  HorizontalPodAutoscaler,
  Ingress,
  KubeObject,
  Lease,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  PriorityClass,
  Secret,
  StorageClass,
} from '../../../kubernetes/index.ts';
import { sameJson } from '../json.ts';
import { rulesFor, type KindRules } from '../kind-rules.ts';
import type { Problems } from '../problems.ts';
import type { Stored } from '../store.ts';
import type { Draft } from '../types.ts';
import { qualifiedNameProblems } from '../validate-metadata.ts';
import { fill } from './_pod-template.ts';

/** A namespace carries its own name as a label and is released by its controller (`spec.finalizers`). */
const namespace = rulesFor<Draft<Namespace>>({
  kind: 'Namespace',
  hasStatus: true,
  defaults(object) {
    object.metadata.labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name };
  },
  onCreate(object) {
    object.spec = { ...object.spec, finalizers: ['kubernetes'] };
    object.status = { phase: 'Active' };
  },
});

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

const NO_NODE_INFO = {
  machineID: '',
  systemUUID: '',
  bootID: '',
  kernelVersion: '',
  osImage: '',
  containerRuntimeVersion: '',
  kubeletVersion: '',
  kubeProxyVersion: '',
  operatingSystem: '',
  architecture: '',
};

function validateTaints({ spec }: Draft<Node>, problems: Problems): void {
  for (const [index, { key, effect }] of (spec?.taints ?? []).entries()) {
    const at = `metadata.taints[${index}]`;
    for (const text of qualifiedNameProblems(key)) problems.invalid(`${at}.key`, key, text);
    if (!EFFECTS.includes(effect)) problems.unsupported(`${at}.effect`, effect, EFFECTS);
  }
}

const node = rulesFor<Draft<Node>>({
  kind: 'Node',
  hasStatus: true,
  keepsStatusOnCreate: true,
  defaults(object) {
    object.spec ??= {};
    object.status ??= {};
    fill(object.status, 'daemonEndpoints', { kubeletEndpoint: { Port: 0 } });
    fill(object.status, 'nodeInfo', { ...NO_NODE_INFO });
    if (object.status.capacity && !object.status.allocatable) object.status.allocatable = { ...object.status.capacity };
  },
  onCreate({ spec, status }) {
    // Source: the TaintNodesByCondition admission plugin. Nodes that the lab creates ready are spared the detour.
    const ready = status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
    const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
    if (spec && !ready && !spec.taints?.some(({ key }) => key === taint.key)) spec.taints = [...(spec.taints ?? []), taint];
  },
  validate(object, problems, previous) {
    validateTaints(object, problems);
    // The real server checks them twice on updates, and lists the causes twice.
    if (previous) validateTaints(object, problems);
  },
});

const secret = rulesFor<Draft<Secret>>({
  kind: 'Secret',
  defaults(object) {
    fill(object, 'type', 'Opaque');
    for (const [key, text] of Object.entries(object.stringData ?? {})) {
      object.data = { ...object.data, [key]: Buffer.from(text, 'utf8').toString('base64') };
    }
    delete object.stringData;
  },
  validate(object, problems, previous) {
    if (previous && previous.type !== object.type) problems.invalid('type', object.type, 'field is immutable');
  },
});

const LARGEST_CONFIG_MAP_BYTES = 1_048_576;

const configMap = rulesFor<Draft<ConfigMap>>({
  kind: 'ConfigMap',
  validate({ data = {}, binaryData = {} }, problems) {
    const texts = [...Object.values(data), ...Object.values(binaryData)];
    const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    if (bytes > LARGEST_CONFIG_MAP_BYTES) problems.tooLong('[]', `may not be more than ${LARGEST_CONFIG_MAP_BYTES} bytes`);
  },
});

const event = rulesFor<Draft<Event>>({
  kind: 'Event',
  defaults(object) {
    fill(object, 'reportingComponent', '');
    fill(object, 'reportingInstance', '');
  },
  validate({ metadata, involvedObject }, problems, previous) {
    const about = (involvedObject as Draft<Event>['involvedObject'] | undefined)?.namespace ?? '';
    if (previous === undefined && about !== '' && about !== metadata.namespace) {
      problems.invalid('involvedObject.namespace', about, 'does not match event.namespace');
    }
  },
});

const disruptionBudget = rulesFor<Draft<PodDisruptionBudget>>({
  kind: 'PodDisruptionBudget',
  hasStatus: true,
  hasGeneration: true,
  onCreate(object) {
    object.status = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
  },
  validate({ spec }, problems) {
    if (spec?.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
      problems.invalid('spec', spec, 'minAvailable and maxUnavailable cannot be both set');
    }
  },
});

const ingress = rulesFor<Draft<Ingress>>({
  kind: 'Ingress',
  hasStatus: true,
  hasGeneration: true,
  onCreate(object) {
    object.status = { loadBalancer: {} };
  },
  validate({ spec }, problems) {
    if (!spec?.defaultBackend && (spec?.rules ?? []).length === 0) {
      problems.invalid('spec', spec ?? {}, 'either `defaultBackend` or `rules` must be specified');
    }
    for (const [index, { http }] of (spec?.rules ?? []).entries()) {
      for (const [at, { pathType }] of (http?.paths ?? []).entries()) {
        if ((pathType as string | undefined) === undefined) {
          problems.required(`spec.rules[${index}].http.paths[${at}].pathType`, 'pathType must be specified');
        }
      }
    }
  },
});

const lease = rulesFor<Draft<Lease>>({
  kind: 'Lease',
  validate({ spec }, problems) {
    if (spec?.leaseDurationSeconds !== undefined && spec.leaseDurationSeconds <= 0) {
      problems.invalid('spec.leaseDurationSeconds', spec.leaseDurationSeconds, 'must be greater than 0');
    }
  },
});

const endpointSlice = rulesFor<Draft<EndpointSlice>>({
  kind: 'EndpointSlice',
  hasGeneration: true,
  defaults(object) {
    for (const port of object.ports ?? []) {
      fill(port, 'name', '');
      fill(port, 'protocol', 'TCP');
    }
  },
});

const endpoints = rulesFor<Draft<Endpoints>>({
  kind: 'Endpoints',
  defaults(object) {
    for (const { ports = [] } of object.subsets ?? []) for (const port of ports) fill(port, 'protocol', 'TCP');
  },
});

const priorityClass = rulesFor<Draft<PriorityClass>>({
  kind: 'PriorityClass',
  hasGeneration: true,
  defaults(object) {
    fill(object, 'preemptionPolicy', 'PreemptLowerPriority');
  },
  validate(object, problems, previous) {
    if (previous && previous.value !== object.value) problems.forbidden('value', 'may not be changed in an update.');
  },
});

const storageClass = rulesFor<Draft<StorageClass>>({
  kind: 'StorageClass',
  defaults(object) {
    fill(object, 'reclaimPolicy', 'Delete');
    fill(object, 'volumeBindingMode', 'Immediate');
  },
});

const claim = rulesFor<Draft<PersistentVolumeClaim>>({
  kind: 'PersistentVolumeClaim',
  hasStatus: true,
  defaults({ spec }) {
    if (spec) fill(spec, 'volumeMode', 'Filesystem');
  },
  onCreate(object, { store }) {
    object.status = { phase: 'Pending' };
    if (object.spec === undefined || object.spec.storageClassName !== undefined || object.spec.volumeName) return;
    const name = defaultClassOf(store.list('StorageClass'));
    if (name !== undefined) object.spec.storageClassName = name;
  },
});

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

/** The newest of those marked; the controller gives it to claims that came before there was one. Source: admission DefaultStorageClass, 1.36. */
function defaultClassOf(classes: readonly Stored[]): string | undefined {
  const marked = classes.filter(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === 'true');
  return marked.toSorted((a, b) => (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''))[0]?.metadata
    .name;
}

const volume = rulesFor<Draft<PersistentVolume>>({
  kind: 'PersistentVolume',
  hasStatus: true,
  defaults({ spec }) {
    if (spec === undefined) return;
    fill(spec, 'volumeMode', 'Filesystem');
    fill(spec, 'persistentVolumeReclaimPolicy', 'Retain');
  },
  onCreate(object) {
    object.status = { phase: 'Pending' };
  },
});

const autoscaler = rulesFor<Draft<HorizontalPodAutoscaler>>({
  kind: 'HorizontalPodAutoscaler',
  hasStatus: true,
  defaults({ spec }) {
    if (spec === undefined) return;
    fill(spec, 'minReplicas', 1);
    fill(spec, 'metrics', [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }]);
  },
});

interface RoleBindingObject extends KubeObject {
  roleRef?: { apiGroup?: string; kind?: string; name?: string };
  subjects?: { kind?: string; apiGroup?: string; name?: string; namespace?: string }[];
}

const bindingRules = (kind: string): KindRules =>
  rulesFor<RoleBindingObject>({
    kind,
    defaults(object) {
      if (object.roleRef) fill(object.roleRef, 'apiGroup', 'rbac.authorization.k8s.io');
      for (const subject of object.subjects ?? []) {
        if (subject.kind === 'User' || subject.kind === 'Group') fill(subject, 'apiGroup', 'rbac.authorization.k8s.io');
      }
    },
    validate(object, problems, previous) {
      if (previous && !sameJson(previous.roleRef, object.roleRef)) problems.invalid('roleRef', object.roleRef, 'cannot change roleRef');
    },
  });

const withStatus = (kind: string): KindRules => rulesFor<KubeObject>({ kind, hasStatus: true });
const withGeneration = (kind: string): KindRules => rulesFor<KubeObject>({ kind, hasGeneration: true });

export const OTHER_RULES: readonly KindRules[] = [
  namespace,
  node,
  secret,
  configMap,
  event,
  disruptionBudget,
  ingress,
  lease,
  endpointSlice,
  endpoints,
  priorityClass,
  storageClass,
  claim,
  volume,
  autoscaler,
  bindingRules('RoleBinding'),
  bindingRules('ClusterRoleBinding'),
  withStatus('ReplicationController'),
  withStatus('VolumeAttachment'),
  withGeneration('NetworkPolicy'),
  withGeneration('IngressClass'),
];
