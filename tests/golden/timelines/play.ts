/** Plays a recorded scenario on our own control plane, on a stepped clock. */
import { createRandom, createVirtualClock, silentLogger, type Random } from '../../../src/base/index.ts';
import type { Node, Pod, ReplicaSet } from '../../../src/kubernetes/index.ts';
import { startControllers, startScheduler } from '../../../src/lab/controllers/index.ts';
import { createLabApi, type LabApi } from '../../../src/lab/kube-api/index.ts';
import { startKubelets } from '../../../src/lab/kubelet/index.ts';
import { act } from './act.ts';
import { observe } from './observe.ts';
import { PodNames } from './pod-names.ts';
import type { RecordedEvent, Recording } from './recording.ts';

const START_MS = Date.parse('2026-01-05T08:00:00Z');
/** Time for the cluster to come to rest before the first action. */
const LEAD_MS = 60_000;

/** Result: what happened, in the recordings' form. */
export async function play(recording: Recording): Promise<readonly RecordedEvent[]> {
  const { timing } = recording;
  const clock = createVirtualClock(START_MS);
  const names = new PodNames(recording);
  const random = recordedChance(createRandom('timelines'), recording, names, (name) => api.get<Pod>('Pod', 'default', name));
  const api: LabApi = createLabApi({ clock, random });
  const zeroMs = START_MS + LEAD_MS;
  const minor = Number(recording.version.split('.')[1]);
  seedNodes(api, recording);
  const heartbeats = lastHeartbeats(recording);
  const kubelets = startKubelets(api, {
    clock,
    random,
    log: silentLogger,
    timing: {
      leaseRenewMs: timing.leaseRenewSeconds * 1000,
      leasePhaseMs: (node) => modulo(LEAD_MS + (heartbeats.get(node) ?? 0.3) * 1000, timing.leaseRenewSeconds * 1000),
      podStartMs: timing.podStartSeconds * 1000,
      podStopMs: timing.podStopSeconds * 1000,
      jobPodRunsMs: timing.jobPodRunsSeconds * 1000,
      bootMs: 50,
      podTimes: (pod) => emulatedTimes(recording, names.of(pod)),
    },
  });
  const controllers = startControllers(api, {
    log: silentLogger,
    minor,
    timing: {
      nodeMonitorGraceMs: timing.nodeMonitorGracePeriodSeconds * 1000,
      nodeMonitorPeriodMs: timing.nodeMonitorPeriodSeconds * 1000,
      nodeMonitorPhaseMs: modulo(LEAD_MS + monitorPass(recording) * 1000, timing.nodeMonitorPeriodSeconds * 1000),
      podGcPhaseMs: modulo(LEAD_MS + podGcPass(recording) * 1000, 20_000),
    },
  });
  api.watch<ReplicaSet>('ReplicaSet', ({ object }) => void names.ofSet(object));
  const stopPlacing = placeAsRecorded(api, names);
  createManifests(api, recording);
  await clock.advance(LEAD_MS - 20_000);
  stopPlacing();
  const bound = new Map(recording.events.filter(({ what }) => what === 'bound').map((event) => [event.name, String(event['node'])]));
  const scheduler = startScheduler(api, {
    random,
    log: silentLogger,
    minor,
    perPodMs: 12,
    choose: (pod, best) => best.find((node) => node === bound.get(names.of(pod))),
  });
  await clock.advance(10_000);
  const { events, stop } = observe(api, names, zeroMs - 1);
  for (const [action, atMs] of actionTimes(recording)) {
    clock.after(zeroMs + atMs - clock.now(), () => {
      const answer = act({ api, kubelets, names }, action);
      if (answer) events.push({ t: atMs / 1000 + 0.001, kind: 'ActionDone', name: '', what: action.what, args: action['args'], ...answer });
    });
  }
  await clock.advance(10_000 + recording.observedUntil * 1000);
  stop();
  scheduler.stop();
  controllers.stop();
  kubelets.stop();
  return events.map((event) => ({ ...event, t: event.t - 0.001 }));
}

/** More than this beside what the emulated kubelets are set to has another reason: their node was down, or nobody saw the pod. */
const SPREAD_MS = 250;

/** The recording's kubelets are emulated: what one of their pods took, to start and to end, is no doing of the control plane. */
function emulatedTimes({ events, timing }: Recording, name: string | undefined): { startMs?: number | undefined; stopMs?: number | undefined } {
  const at = (test: (event: RecordedEvent) => boolean): number | undefined =>
    events.find((event) => event.kind === 'Pod' && event.name === name && test(event))?.t;
  const took = (from: number | undefined, to: number | undefined, usualSeconds: number): number | undefined => {
    const ms = Math.round(((to ?? Number.NaN) - (from ?? Number.NaN)) * 1000);
    return Math.abs(ms - usualSeconds * 1000) <= SPREAD_MS ? ms : undefined;
  };
  const bound = at(({ what }) => what === 'bound');
  const ready = at(({ what, status }) => what === 'ready' && status === 'True');
  const ending = at(({ what }) => what === 'deletionTimestamp');
  const gone = at(({ what }) => what === 'deleted');
  return { startMs: took(bound, ready, timing.podStartSeconds), stopMs: took(ending, gone, timing.podStopSeconds) };
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by;

/** Where real chance decided (uids of victims, order within a pass), the recording tells how. */
function recordedChance(base: Random, recording: Recording, names: PodNames, podOf: (name: string) => Pod | undefined): Random {
  const nameOf = (subject: string): string | undefined => {
    const pod = podOf(subject);
    return pod && names.of(pod);
  };
  const firstAt = (found: (event: RecordedEvent) => boolean): number => recording.events.find(found)?.t ?? Infinity;
  const rank = (t: number): number => (t === Infinity ? 0.999 : t / 1e6);
  const wrap = (random: Random): Random => ({
    ...random,
    fork(label) {
      const forked = wrap(random.fork(label));
      const [purpose, ...rest] = label.split('/');
      const subject = rest.at(-1) ?? '';
      if (purpose === 'victim') {
        const name = nameOf(subject);
        return { ...forked, next: () => rank(firstAt((event) => event.name === name && event.what === 'deletionTimestamp')) };
      }
      if (purpose === 'told') {
        const message = `${rest[0]} pod: ${nameOf(subject)}`;
        return { ...forked, next: () => rank(firstAt((event) => event.kind === 'Event' && event['message'] === message)) };
      }
      if (purpose === 'pass') {
        const tainted = firstAt((event) => event.name === subject && event.what === 'taint+' && String(event['taint']).endsWith('NoExecute'));
        const ready = firstAt((event) => event.name === subject && event.what === 'ready');
        return { ...forked, next: () => rank(tainted === Infinity ? ready + 1000 : tainted) };
      }
      return forked;
    },
  });
  return wrap(base);
}

function seedNodes(api: LabApi, recording: Recording): void {
  for (const [name, { labels, allocatable, taints }] of Object.entries(recording.initial.nodes)) {
    const status = {
      ...(allocatable ? { allocatable, capacity: allocatable } : {}),
      addresses: [{ type: 'InternalIP', address: `10.0.1.${Number(/\d+$/.exec(name)?.[0] ?? 0) + 10}` }],
    };
    api.seed<Node>('Node', { metadata: { name, labels: { ...labels } }, spec: taints.length > 0 ? { taints: [...taints] } : {}, status });
  }
}

/** Binds every pod of the time before to its recorded node. */
function placeAsRecorded(api: LabApi, names: PodNames): () => void {
  return api.watch<Pod>('Pod', ({ type, object }) => {
    if (type !== 'ADDED' || object.spec?.nodeName) return;
    api.clock.after(5, () => {
      const { node } = names.initial(object);
      if (node !== undefined) api.bind(object.metadata.namespace ?? 'default', object.metadata.name, node);
    });
  });
}

const TOLERATED = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** The API server's default toleration is a flag of its own; here it is set to what the recording was made with. */
function createManifests(api: LabApi, recording: Recording): void {
  for (const manifest of recording.manifests) {
    const copy = structuredClone(manifest);
    // Templates and pods are where a PodSpec may stand.
    const holder = copy as unknown as { spec?: { template?: { spec?: Tolerant }; tolerations?: Tolerant['tolerations'] } };
    const spec = copy.kind === 'Pod' ? (holder.spec as Tolerant | undefined) : holder.spec?.template?.spec;
    if (spec && copy.kind !== 'DaemonSet') addDefaultTolerations(spec, recording.timing.defaultTolerationSeconds);
    api.create(copy.kind, copy);
  }
}

interface Tolerant {
  tolerations?: { key?: string; operator?: string; effect?: string; tolerationSeconds?: number }[];
}

function addDefaultTolerations(spec: Tolerant, tolerationSeconds: number): void {
  const given = spec.tolerations ?? [];
  const missing = TOLERATED.filter(
    (key) => !given.some((found) => (found.key === key || !found.key) && (!found.effect || found.effect === 'NoExecute')),
  );
  const added = missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds }));
  spec.tolerations = [...given, ...added];
}

function lastHeartbeats(recording: Recording): ReadonlyMap<string, number> {
  const kill = recording.events.find(({ what }) => what === 'kill');
  return new Map(Object.entries((kill?.['lastHeartbeat'] ?? {}) as Readonly<Record<string, number>>)); // the recordings' form
}

/** A moment at which the node monitor is known to have passed: its phase is chance, and nothing else tells it. */
function monitorPass({ events }: Recording): number {
  const find = (test: (event: RecordedEvent) => boolean): number | undefined => events.find(test)?.t;
  const unknown = find(({ kind, what, status }) => kind === 'Node' && what === 'ready' && status === 'Unknown');
  const tainted = find(({ what, taint }) => what === 'taint+' && String(taint).endsWith('not-ready:NoExecute'));
  const removed = find(({ reason }) => reason === 'RemovingNode');
  return (unknown ?? (tainted === undefined ? undefined : tainted - 0.05) ?? removed ?? 0.5) - 0.005;
}

function podGcPass({ events }: Recording): number {
  return (events.find(({ what, phase }) => what === 'phase' && phase === 'Failed')?.t ?? 7) - 0.005;
}

/** Commands take effect shortly before they are done. */
function actionTimes({ events }: Recording): readonly (readonly [RecordedEvent, number])[] {
  return events.flatMap((event, index) => {
    if (event.kind !== 'Action') return [];
    const done = events.slice(index).find(({ kind, what, args }) => kind === 'ActionDone' && what === event.what && String(args) === String(event['args']));
    const isSlow = event.what === 'kubectl' && !String(event['args']).startsWith('drain');
    const atSeconds = isSlow && done ? done.t - 0.01 : event.what === 'kubectl' ? event.t + 0.11 : event.t;
    return [[event, Math.round(atSeconds * 1000)] as const];
  });
}
