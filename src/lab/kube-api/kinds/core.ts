/** Kinds of the core group that have neither pods nor storage. Source: pkg/apis/core/v1/defaults.go, pkg/registry/core strategies, 1.36. */
import type { ConfigMap, Event, KubeObject, Namespace, Node, Secret } from '../../../kubernetes/index.ts';
import { rulesFor, type KindRules } from '../kind-rules.ts';
import type { Draft } from '../types.ts';
import { validateConfigMap, validateSecret } from '../validation/config-map.ts';
import { nodeWarnings, validateNode } from '../validation/node.ts';
import { validateEvent } from '../validation/small-kinds.ts';
import { fill } from './_pod-template.ts';

/** A namespace carries its own name as a label and is released by its controller (`spec.finalizers`). */
const namespace = rulesFor<Draft<Namespace>>({
  kind: 'Namespace',
  hasStatus: true,
  defaults(object) {
    object.metadata.labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name };
  },
  onCreate(object) {
    object.spec = { ...object.spec, finalizers: [...new Set([...(object.spec?.finalizers ?? []), 'kubernetes'])] };
    object.status = { phase: 'Active' };
  },
});

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
  validate: validateNode,
  warnings: nodeWarnings,
});

const secret = rulesFor<Draft<Secret>>({
  kind: 'Secret',
  defaults(object) {
    if ((object.type ?? '') === '') object.type = 'Opaque';
    for (const [key, text] of Object.entries(object.stringData ?? {})) {
      object.data = { ...object.data, [key]: Buffer.from(text, 'utf8').toString('base64') };
    }
    delete object.stringData;
  },
  validate: validateSecret,
});

const configMap = rulesFor<Draft<ConfigMap>>({ kind: 'ConfigMap', validate: validateConfigMap });

const event = rulesFor<Draft<Event>>({
  kind: 'Event',
  defaults(object) {
    fill(object, 'reportingComponent', '');
    fill(object, 'reportingInstance', '');
  },
  validate(object, problems, previous) {
    if (previous === undefined) validateEvent(object, problems);
  },
});

const MOUNTABLE = 'kubernetes.io/enforce-mountable-secrets';

const account = rulesFor<KubeObject>({
  kind: 'ServiceAccount',
  warnings({ metadata }) {
    if (metadata.annotations?.[MOUNTABLE] === undefined) return [];
    return [`metadata.annotations[${MOUNTABLE}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`];
  },
});

export const CORE_RULES: readonly KindRules[] = [namespace, node, secret, configMap, event, account];
