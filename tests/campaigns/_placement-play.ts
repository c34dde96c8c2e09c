/** No pod is ever bound where a filter says no: what the scheduler's loop does, held against a state that is built anew at every binding. */
import type { KubeObject, Node, PersistentVolumeClaim, Pod } from '../../src/kubernetes/index.ts';
import { ApiError } from '../../src/lab/kube-api/index.ts';
import { createSchedulingState, type SchedulingKind, type SchedulingObject, type SchedulingState } from '../../src/scheduling/index.ts';
import { NAMESPACE, randomPod, randomWorkload, startWorld, type World } from './_lab-world.ts';

const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const KINDS: readonly SchedulingKind[] = [
  'Namespace',
  'Node',
  'Service',
  'ReplicaSet',
  'StatefulSet',
  'ReplicationController',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'StorageClass',
  'CSINode',
  'PodDisruptionBudget',
  'Pod',
];
const LONGEST_PAUSE_MS = 20_000;
const LONG_PAUSE_MS = 400_000;

export interface PlacementPlay {
  /** Decisions that were replayed. */
  readonly decisions: number;
  /** One line for each pod that went where it may not. */
  readonly wrong: readonly string[];
}

export async function playPlacement(seed: string, steps: number): Promise<PlacementPlay> {
  const world = await startWorld(seed);
  const referee = new Referee(world);
  try {
    for (let step = 0; step < steps; step++) {
      change(world, `s${step}`);
      await world.clock.advance(world.random.integer(world.random.integer(12) === 0 ? LONG_PAUSE_MS : LONGEST_PAUSE_MS));
    }
    await world.clock.advance(LONGEST_PAUSE_MS);
    return { decisions: referee.decisions, wrong: referee.wrong };
  } finally {
    world.stop();
  }
}

/** Follows the API's changes in their order, so that it knows the cluster as it was before each of them. */
class Referee {
  readonly wrong: string[] = [];
  decisions = 0;
  readonly #objects = new Map<string, readonly [SchedulingKind, SchedulingObject]>();
  /** Pods whose node was replayed when it was chosen: their volumes are waited for before they are bound. */
  readonly #decided = new Set<string>();

  constructor({ api }: World) {
    for (const kind of KINDS) {
      api.watch<SchedulingObject & KubeObject>(kind, ({ type, object }) => {
        const key = `${kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;
        const before = this.#objects.get(key)?.[1];
        if (type === 'MODIFIED' && kind === 'Pod') this.#podChanged(before as Pod, object as Pod);
        if (type === 'MODIFIED' && kind === 'PersistentVolumeClaim')
          this.#claimChanged(before as PersistentVolumeClaim, object as PersistentVolumeClaim);
        if (type === 'DELETED') this.#objects.delete(key);
        else this.#objects.set(key, [kind, object]);
      });
    }
  }

  #podChanged(before: Pod, after: Pod): void {
    const node = after.spec?.nodeName ?? '';
    if (node === '' || before.spec?.nodeName) return;
    if (!this.#decided.has(`${after.metadata.uid}/${node}`)) this.#replay(before, node);
  }

  /** The scheduler writes the node it chose to the claims first. */
  #claimChanged(before: PersistentVolumeClaim, after: PersistentVolumeClaim): void {
    const node = after.metadata.annotations?.[SELECTED_NODE];
    if (node === undefined || before.metadata.annotations?.[SELECTED_NODE] !== undefined) return;
    for (const [kind, object] of this.#objects.values()) {
      if (kind !== 'Pod') continue;
      const pod = object as Pod; // kept by kind
      if (pod.spec?.nodeName || !usesClaim(pod, after.metadata.name)) continue;
      this.#decided.add(`${pod.metadata.uid}/${node}`);
      this.#replay(pod, node);
    }
  }

  #replay(pod: Pod, node: string): void {
    this.decisions++;
    const answer = this.#state().explain(pod).get(node);
    if (answer?.fits) return;
    const why = answer === undefined ? 'there is no such node' : `${answer.plugin}: ${answer.reasons.join(', ')}`;
    this.wrong.push(`${pod.metadata.name} went to ${node}, but ${why}`);
  }

  #state(): SchedulingState {
    const state = createSchedulingState({ nodes: [], pods: [], namespaces: [] });
    for (const [kind, object] of this.#objects.values()) state.upsert(kind, object);
    return state;
  }
}

const usesClaim = (pod: Pod, claim: string): boolean =>
  (pod.spec?.volumes ?? []).some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claim);

/** One thing that a user, a cloud or an operator does. */
function change(world: World, name: string): void {
  const { api, random } = world;
  const nodes = api.list<Node>('Node');
  const node = nodes[random.integer(Math.max(1, nodes.length))]?.metadata.name ?? '';
  const pods = api.list<Pod>('Pod', { namespace: NAMESPACE });
  const editNode = (edit: (draft: { metadata: { labels?: Record<string, string> }; spec?: Record<string, unknown> }) => void): void =>
    void api.modify<Node>('Node', undefined, node, (draft) => edit(draft));
  const changes: readonly (() => void)[] = [
    () => create(world, randomWorkload(random, name)),
    () => create(world, randomWorkload(random, name)),
    () => create(world, randomPod(random, name)),
    () => create(world, randomPod(random, name)),
    () => {
      for (const { metadata } of random.sample(pods, 1 + random.integer(3))) api.delete('Pod', NAMESPACE, metadata.name);
    },
    () => editNode((draft) => (draft.spec = { ...draft.spec, unschedulable: random.integer(2) === 0 })),
    () => editNode((draft) => (draft.spec = { ...draft.spec, taints: random.integer(2) === 0 ? [] : [{ key: 'x', effect: 'NoExecute' }] })),
    () => editNode((draft) => (draft.metadata.labels = { ...draft.metadata.labels, pool: random.pick(['a', 'b']) })),
    () => world.setPower(node, 'off'),
    () => world.setPower(node, 'on'),
    () => world.setPower(node, 'on'),
    () => world.addNode(),
    () => nodes.length > 2 && api.delete('Node', undefined, node),
    () => openGates(world, pods),
  ];
  random.pick(changes)();
}

function openGates({ api }: World, pods: readonly Pod[]): void {
  for (const { metadata } of pods) api.modify<Pod>('Pod', NAMESPACE, metadata.name, (draft) => void delete draft.spec?.schedulingGates);
}

/** What validation refuses is no part of this. */
function create({ api }: World, object: KubeObject): void {
  try {
    api.create(object.kind ?? '', object);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}
