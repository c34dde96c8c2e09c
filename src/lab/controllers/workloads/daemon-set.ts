/** One pod on every node that wants it. Source: pkg/controller/daemon (Kubernetes 1.36). */
import {
  findUntolerated,
  matchesRequirement,
  type DaemonSet,
  type Node,
  type Pod,
  type PodTemplateSpec,
  type Toleration,
} from '../../../kubernetes/index.ts';
import type { ControllerContext } from '../runtime/controller.ts';
import { intOrPercent } from '../runtime/int-or-percent.ts';
import { controllerOf, controllerReference, isAvailable, isReady, isTerminating, keyOf, splitKey } from '../runtime/pods.ts';
import { canonicalJson } from '../runtime/template-hash.ts';
import { watchingController } from '../runtime/watching-controller.ts';
import { claimPods } from './claimed-pods.ts';
import { OrphanPods } from './orphan-pods.ts';
import { currentRevision, REVISION_HASH } from './revisions.ts';

const NAME = 'daemonset-controller';

const TOLERATED: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];
const HOST_NETWORK: Toleration = { key: 'node.kubernetes.io/network-unavailable', operator: 'Exists', effect: 'NoSchedule' };

export const daemonSet = watchingController(NAME, 'Keeps one pod of each DaemonSet on every node that fits it.', () => {
  const orphans = new OrphanPods();
  return {
    watch: ({ api }, queue) => [
      api.watch<DaemonSet>('DaemonSet', ({ object }) => queue.add(keyOf(object))),
      api.watch<Node>('Node', ({ type, object, previous }) => {
        const view = (node: Node | undefined): string =>
          canonicalJson([node?.metadata.labels, node?.spec?.taints, node?.spec?.unschedulable]);
        if (type !== 'MODIFIED' || view(object) !== view(previous))
          api.list<DaemonSet>('DaemonSet').forEach((set) => queue.add(keyOf(set)));
      }),
      api.watch<Pod>('Pod', (event) => {
        orphans.note(event);
        const owner = controllerOf(event.object);
        if (owner?.kind === 'DaemonSet') queue.add(`${event.object.metadata.namespace}/${owner.name}`);
      }),
    ],
    sync: (context, key, queue) => sync(context, key, { orphans, addAfter: queue.addAfter }),
  };
});

interface Tools {
  readonly orphans: OrphanPods;
  readonly addAfter: (key: string, delayMs: number) => void;
}

interface Fit {
  readonly shouldRun: boolean;
  readonly shouldStay: boolean;
}

function sync(context: ControllerContext, key: string, { orphans, addAfter }: Tools): void {
  const { api, clock } = context;
  const { namespace, name } = splitKey(key);
  const set = api.get<DaemonSet>('DaemonSet', namespace, name);
  if (set === undefined || isTerminating(set)) return;
  const { hash } = currentRevision(api, set, REVISION_HASH);
  const byNode = new Map<string, Pod[]>();
  for (const pod of claimPods(api, set, set.spec?.selector, orphans.in(namespace))) {
    const node = nodeOf(pod);
    byNode.set(node, [...(byNode.get(node) ?? []), pod]);
  }
  const nodes = api.list<Node>('Node');
  const fits = new Map(nodes.map((node) => [node.metadata.name, fitOf(set, node)]));
  manage(context, set, { byNode, fits, hash });
  if (surgeOf(set, 1) > 0) surge(context, set, { byNode, fits, hash });
  else if (set.spec?.updateStrategy?.type !== 'OnDelete') update(context, set, { byNode, fits, hash });
  writeStatus(context, set, { byNode, fits, hash });
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const isWaiting = [...byNode.values()].flat().some((pod) => isReady(pod) && !isAvailable(pod, minReadySeconds, clock.now()));
  if (minReadySeconds > 0 && isWaiting) addAfter(key, minReadySeconds * 1000);
}

interface View {
  readonly byNode: ReadonlyMap<string, readonly Pod[]>;
  readonly fits: ReadonlyMap<string, Fit>;
  readonly hash: string;
}

const GONE: Fit = { shouldRun: false, shouldStay: false };

function manage({ api, clock, recorder }: ControllerContext, set: DaemonSet, { byNode, fits, hash }: View): void {
  const events = recorder(NAME);
  const create = (node: string): void => {
    const pod = api.create<Pod>('Pod', podFor(set, node, hash));
    events.event(set, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
  };
  const remove = (pod: Pod): void => {
    if (isTerminating(pod)) return;
    api.delete('Pod', pod.metadata.namespace, pod.metadata.name);
    events.event(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
  };
  for (const [node, { shouldRun }] of fits) if (shouldRun && (byNode.get(node) ?? []).length === 0) create(node);
  for (const [node, pods] of byNode) {
    const { shouldStay } = fits.get(node) ?? GONE;
    // Pods of a node that is gone are the pod garbage collector's.
    if (!fits.has(node)) continue;
    const living = pods.filter((pod) => !isTerminating(pod));
    if (!shouldStay) living.forEach(remove);
    else {
      const failed = living.filter((pod) => pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded');
      for (const pod of failed) {
        const message = `Found failed daemon pod ${keyOf(pod)} on node ${node}, will try to kill it`;
        events.event(set, 'Warning', 'FailedDaemonPod', message);
        remove(pod);
      }
      const running = living.filter((pod) => !failed.includes(pod)).toSorted(byAge);
      if (surgeOf(set, 1) > 0) surplusOfSurge(running, { hash, set, nowMs: clock.now() }).forEach(remove);
      else running.slice(1).forEach(remove);
    }
  }
}

const byAge = (a: Pod, b: Pod): number => (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '');

const surgeOf = (set: DaemonSet, nodes: number): number =>
  set.spec?.updateStrategy?.type === 'OnDelete' ? 0 : intOrPercent(set.spec?.updateStrategy?.rollingUpdate?.maxSurge ?? 0, nodes, 'up');

/** Two pods may stand on a node while the new one is not yet available and the old one is ready. */
function surplusOfSurge(pods: readonly Pod[], { hash, set, nowMs }: { hash: string; set: DaemonSet; nowMs: number }): readonly Pod[] {
  const isNew = (pod: Pod): boolean => pod.metadata.labels?.[REVISION_HASH] === hash;
  const [fresh, old] = [pods.find(isNew), pods.find((pod) => !isNew(pod))];
  const surplus = pods.filter((pod) => pod !== fresh && pod !== old);
  const isOver = fresh && old && (!isReady(old) || isAvailable(fresh, set.spec?.minReadySeconds ?? 0, nowMs));
  return isOver ? [...surplus, old] : surplus;
}

/** Makes new pods beside old ones, as many at a time as may be too many; where the old one is down anyway, first. */
function surge({ api, clock, recorder }: ControllerContext, set: DaemonSet, { byNode, fits, hash }: View): void {
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const wanted = [...fits].filter(([, { shouldRun }]) => shouldRun).map(([node]) => node);
  const isNew = (pod: Pod): boolean => pod.metadata.labels?.[REVISION_HASH] === hash;
  const isUp = (pod: Pod): boolean => !isTerminating(pod) && isAvailable(pod, minReadySeconds, clock.now());
  const views = wanted.map((node) => {
    const pods = (byNode.get(node) ?? []).filter((pod) => !isTerminating(pod));
    return { node, fresh: pods.find(isNew), old: pods.find((pod) => !isNew(pod)) };
  });
  const onTheWay = views.filter(({ fresh, old }) => fresh && old && !isUp(fresh)).length;
  const waiting = views.flatMap(({ node, fresh, old }) => (old && !fresh ? [{ node, old }] : []));
  const inOrder = [...waiting.filter(({ old }) => !isUp(old)), ...waiting.filter(({ old }) => isUp(old))];
  for (const { node } of inOrder.slice(0, Math.max(0, surgeOf(set, wanted.length) - onTheWay))) {
    const pod = api.create<Pod>('Pod', podFor(set, node, hash));
    recorder(NAME).event(set, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
  }
}

/** Deletes pods of old templates, as many as may be missing at a time; those that do not run anyway first. */
function update({ api, clock, recorder }: ControllerContext, set: DaemonSet, { byNode, fits, hash }: View): void {
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const wanted = [...fits].filter(([, { shouldRun }]) => shouldRun).map(([node]) => node);
  const most = Math.max(1, intOrPercent(set.spec?.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, wanted.length, 'up'));
  const pods = wanted.flatMap((node) => (byNode.get(node) ?? []).slice(0, 1));
  const isUp = (pod: Pod): boolean => !isTerminating(pod) && isAvailable(pod, minReadySeconds, clock.now());
  const old = pods.filter((pod) => !isTerminating(pod) && pod.metadata.labels?.[REVISION_HASH] !== hash);
  let room = most - (wanted.length - pods.filter(isUp).length);
  for (const pod of [...old.filter((pod) => !isUp(pod)), ...old.filter(isUp)]) {
    if (isUp(pod) && room-- <= 0) continue;
    api.delete('Pod', pod.metadata.namespace, pod.metadata.name);
    recorder(NAME).event(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
  }
}

function writeStatus({ api, clock }: ControllerContext, set: DaemonSet, { byNode, fits, hash }: View): void {
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const counts = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 };
  for (const [node, { shouldRun }] of fits) {
    const pod = (byNode.get(node) ?? [])[0];
    if (shouldRun) {
      counts.desired += 1;
      if (pod === undefined) continue;
      counts.current += 1;
      if (isReady(pod)) counts.ready += 1;
      if (isAvailable(pod, minReadySeconds, clock.now())) counts.available += 1;
      if (pod.metadata.labels?.[REVISION_HASH] === hash) counts.updated += 1;
    } else if (pod) counts.misscheduled += 1;
  }
  api.modify<DaemonSet>(
    'DaemonSet',
    set.metadata.namespace,
    set.metadata.name,
    (draft) => {
      const { conditions } = draft.status ?? {};
      const unavailable = counts.desired - counts.available;
      draft.status = {
        currentNumberScheduled: counts.current,
        desiredNumberScheduled: counts.desired,
        numberMisscheduled: counts.misscheduled,
        numberReady: counts.ready,
        observedGeneration: set.metadata.generation ?? 0,
        ...(counts.updated > 0 ? { updatedNumberScheduled: counts.updated } : {}),
        ...(counts.available > 0 ? { numberAvailable: counts.available } : {}),
        ...(unavailable > 0 ? { numberUnavailable: unavailable } : {}),
        ...(conditions ? { conditions } : {}),
      };
    },
    { subresource: 'status' },
  );
}

/** The node of a daemon pod, also before it is bound: its affinity names it. */
function nodeOf(pod: Pod): string {
  if (pod.spec?.nodeName) return pod.spec.nodeName;
  const terms = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms.flatMap(({ matchFields }) => matchFields ?? []).find(({ key }) => key === 'metadata.name')?.values?.[0] ?? '';
}

const tolerationsOf = (template: PodTemplateSpec): Toleration[] => [
  ...(template.spec?.tolerations ?? []),
  ...TOLERATED.map((toleration) => ({ ...toleration })),
  ...(template.spec?.hostNetwork ? [{ ...HOST_NETWORK }] : []),
];

function fitOf(set: DaemonSet, node: Node): Fit {
  const template = set.spec?.template;
  if (template === undefined || !selectsNode(template, node)) return GONE;
  if (template.spec?.nodeName !== undefined && template.spec.nodeName !== node.metadata.name) return GONE;
  const tolerations = tolerationsOf(template);
  const taints = node.spec?.taints ?? [];
  const hard = taints.filter(({ effect }) => effect !== 'PreferNoSchedule');
  if (findUntolerated(hard, tolerations, ['NoSchedule', 'NoExecute']) === undefined) return { shouldRun: true, shouldStay: true };
  const expelling = taints.filter(({ effect }) => effect === 'NoExecute');
  return { shouldRun: false, shouldStay: findUntolerated(expelling, tolerations, ['NoExecute']) === undefined };
}

function selectsNode(template: PodTemplateSpec, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  if (!Object.entries(template.spec?.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  const terms = template.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms === undefined) return true;
  return terms.some(({ matchExpressions = [], matchFields = [] }) => {
    if (matchExpressions.length + matchFields.length === 0) return false;
    const meets = (requirement: (typeof matchExpressions)[number], values: Readonly<Record<string, string>>): boolean =>
      matchesRequirement(
        // The API allows these operators alone.
        { key: requirement.key, operator: requirement.operator as 'In', values: requirement.values ?? [] },
        values,
      );
    const fields = { 'metadata.name': node.metadata.name };
    return (
      matchExpressions.every((requirement) => meets(requirement, labels)) && matchFields.every((requirement) => meets(requirement, fields))
    );
  });
}

function podFor(set: DaemonSet, node: string, hash: string): Pod {
  // A DaemonSet without a template does not pass validation.
  const template = set.spec?.template as PodTemplateSpec;
  const field = { key: 'metadata.name', operator: 'In', values: [node] };
  const nodeAffinity = {
    ...template.spec?.affinity?.nodeAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [field] }] },
  };
  const { annotations, labels } = template.metadata ?? {};
  return {
    metadata: {
      name: '',
      generateName: `${set.metadata.name}-`,
      namespace: set.metadata.namespace ?? 'default',
      labels: { ...labels, [REVISION_HASH]: hash, 'pod-template-generation': String(set.metadata.generation ?? 1) },
      ...(annotations ? { annotations } : {}),
      ownerReferences: [controllerReference(set)],
    },
    spec: {
      ...template.spec,
      containers: template.spec?.containers ?? [],
      affinity: { ...template.spec?.affinity, nodeAffinity },
      tolerations: tolerationsOf(template),
    },
  };
}
