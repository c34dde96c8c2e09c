/** Does to our cluster what was done to the recorded one. */
import type { Deployment, Node, Pod, StatefulSet, Taint } from '../../../src/kubernetes/index.ts';
import { ApiError, type LabApi } from '../../../src/lab/kube-api/index.ts';
import type { Kubelets } from '../../../src/lab/kubelet/index.ts';
import type { PodNames } from './pod-names.ts';
import type { RecordedEvent } from './recording.ts';

export interface Stage {
  readonly api: LabApi;
  readonly kubelets: Kubelets;
  readonly names: PodNames;
}

const REVIVE_STEP_MS = 20;

/** Result: what the act answered, for those that are compared. */
export function act(stage: Stage, event: RecordedEvent): { readonly code: number } | undefined {
  const args = (event['args'] ?? []) as readonly string[]; // the recordings' form
  switch (event.what) {
    case 'kill':
      for (const node of args) stage.kubelets.setPower(node, 'off');
      return undefined;
    case 'revive':
      // The emulated kubelets come back one after the other.
      for (const [index, node] of args.entries()) stage.api.clock.after(index * REVIVE_STEP_MS, () => stage.kubelets.setPower(node, 'on'));
      return undefined;
    case 'evict':
      return { code: evict(stage, args[0] ?? '') };
    case 'patch-node-status':
      patchNodeStatus(stage.api, args[0] ?? '', event['body']);
      return undefined;
    case 'kubectl':
      kubectl(stage, args);
      return undefined;
    default:
      throw new Error(`no such action: ${event.what}`);
  }
}

const podNamed = ({ api, names }: Stage, name: string): Pod | undefined => api.list<Pod>('Pod').find((pod) => names.of(pod) === name);

function evict(stage: Stage, name: string): number {
  const pod = podNamed(stage, name);
  if (pod === undefined) return 404;
  try {
    stage.api.evict(pod.metadata.namespace ?? 'default', pod.metadata.name);
    return 201;
  } catch (error) {
    if (error instanceof ApiError) return error.code;
    throw error;
  }
}

type Conditions = NonNullable<NonNullable<Node['status']>['conditions']>;

function patchNodeStatus(api: LabApi, name: string, body: unknown): void {
  const { conditions } = (body as { readonly status: { readonly conditions: Conditions } }).status; // the recordings' form
  api.modify<Node>(
    'Node',
    undefined,
    name,
    (draft) => {
      for (const { lastHeartbeatTime: _, lastTransitionTime: __, ...given } of conditions) {
        const found = draft.status?.conditions?.find(({ type }) => type === given.type);
        if (found) Object.assign(found, given, { lastHeartbeatTime: new Date(api.clock.now()).toISOString() });
      }
    },
    { subresource: 'status' },
  );
}

function merge(into: object, patch: Record<string, unknown>): void {
  const target = into as Record<string, unknown>; // an object of JSON
  for (const [key, value] of Object.entries(patch)) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      target[key] ??= {};
      merge(target[key] as object, value as Record<string, unknown>); // objects on both sides
    } else target[key] = value;
  }
}

const KINDS: Readonly<Record<string, string>> = { deploy: 'Deployment', sts: 'StatefulSet' };

function kubectl(stage: Stage, args: readonly string[]): void {
  const { api } = stage;
  const [verb = '', ...rest] = args;
  const [short = '', name = ''] = (rest.find((arg) => arg.includes('/') && !arg.includes(':')) ?? '').split('/');
  const kind = KINDS[short] ?? 'Deployment';
  const option = (flag: string): string | undefined => args.find((arg) => arg.startsWith(`${flag}=`))?.slice(flag.length + 1);
  switch (verb) {
    case 'scale':
      api.modify<Deployment | StatefulSet>(kind, 'default', name, (draft) => {
        if (draft.spec) draft.spec.replicas = Number(option('--replicas'));
      });
      return;
    case 'patch':
      api.modify<Deployment>(kind, 'default', name, (draft) => {
        // A JSON object merged into another.
        merge(draft, JSON.parse(args[args.indexOf('-p') + 1] ?? '{}') as Record<string, unknown>);
      });
      return;
    case 'set': {
      const target = rest[1]?.split('/')[1] ?? '';
      const [container, image] = (rest[2] ?? '').split('=');
      api.modify<Deployment>('Deployment', 'default', target, (draft) => {
        const found = draft.spec?.template.spec?.containers.find((candidate) => candidate.name === container);
        if (found && image !== undefined) found.image = image;
      });
      return;
    }
    case 'rollout':
      return undo(api, rest[1]?.split('/')[1] ?? '');
    case 'cordon':
    case 'uncordon':
      return cordon(api, rest[0] ?? '', verb === 'cordon');
    case 'taint':
      return taint(api, rest[1] ?? '', rest[2] ?? '');
    case 'delete':
      return api.delete('Node', undefined, rest[1] ?? '');
    case 'drain':
      return drain(stage, rest[0] ?? '');
    default:
      throw new Error(`no such kubectl command: ${args.join(' ')}`);
  }
}

function cordon(api: LabApi, name: string, on: boolean): void {
  api.modify<Node>('Node', undefined, name, (draft) => {
    draft.spec ??= {};
    if (on) draft.spec.unschedulable = true;
    else delete draft.spec.unschedulable;
  });
}

function taint(api: LabApi, name: string, text: string): void {
  const nowText = `${new Date(api.clock.now()).toISOString().slice(0, 19)}Z`;
  api.modify<Node>('Node', undefined, name, (draft) => {
    draft.spec ??= {};
    const before = draft.spec.taints ?? [];
    const [pair = '', effect = ''] = text.split(':');
    const [key = '', value] = pair.replace(/-$/, '').split('=');
    const rest = before.filter((found) => found.key !== key);
    const added: Taint[] = text.endsWith('-') ? [] : [{ key, ...(value === undefined ? {} : { value }), effect, timeAdded: nowText }];
    draft.spec.taints = [...rest, ...added];
  });
}

/** Back to the template of the revision before: the other set's, without the hash. */
function undo(api: LabApi, name: string): void {
  const deployment = api.get<Deployment>('Deployment', 'default', name);
  const revision = (object: { metadata: { annotations?: Record<string, string> } }): number =>
    Number(object.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
  const sets = api
    .list<Deployment>('ReplicaSet', { index: { by: 'owner', value: deployment?.metadata.uid ?? '' } })
    .toSorted((a, b) => revision(b) - revision(a));
  const before = structuredClone(sets[1]?.spec?.template);
  if (before?.metadata?.labels) delete before.metadata.labels['pod-template-hash'];
  api.modify<Deployment>('Deployment', 'default', name, (draft) => {
    if (draft.spec && before) draft.spec.template = before;
  });
}

const RETRY_MS = 5_000;

function drain(stage: Stage, name: string): void {
  const { api } = stage;
  cordon(api, name, true);
  const pods = api.list<Pod>('Pod', { index: { by: 'spec.nodeName', value: name } });
  const victims = pods.filter((pod) => !pod.metadata.ownerReferences?.some(({ kind }) => kind === 'DaemonSet'));
  // Which of the pods is asked for first is chance in kubectl too.
  for (const pod of victims.toReversed()) tryEvict(api, pod);
}

function tryEvict(api: LabApi, pod: Pod): void {
  try {
    api.evict(pod.metadata.namespace ?? 'default', pod.metadata.name);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 429) throw error;
    api.clock.after(RETRY_MS, () => tryEvict(api, pod));
  }
}
