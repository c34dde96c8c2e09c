/** A pod without a program: Ready after a while, gone a while after its deletion. For big clusters and for time that is stepped. */
import type { Cancel } from '../../base/index.ts';
import type { Pod } from '../../kubernetes/index.ts';
import { ApiError } from '../kube-api/index.ts';
import { afterVolumes } from './after-volumes.ts';
import { closedGates, writeStatus, timestamp } from './pod-status.ts';
import type { NodeRoom, PodWorker } from './pod-worker.ts';

const NEVER_READY = 'fake/never-ready';
const START_MS = 'fake/start-ms';

/** Two annotations change a pod's course: `fake/start-ms` and `fake/never-ready`. */
export class FakePodWorker implements PodWorker {
  readonly #room: NodeRoom;
  #pod: Pod;
  #isFrozen = false;
  #isEnding = false;
  readonly #timers = new Set<Cancel>();

  constructor(room: NodeRoom, pod: Pod) {
    this.#room = room;
    this.#pod = pod;
    if (pod.status?.podIP) room.addresses.keep(pod.status.podIP, this.#key);
    this.#begin();
  }

  get #key(): string {
    return `${this.#pod.metadata.namespace}/${this.#pod.metadata.name}`;
  }

  update(pod: Pod): void {
    const gates = (of: Pod): string => closedGates(of).join();
    const hasGateMoved = gates(pod) !== gates(this.#pod);
    this.#pod = pod;
    if (this.#isFrozen) return;
    if (pod.metadata.deletionTimestamp !== undefined) this.#end();
    else if (hasGateMoved && pod.status?.phase === 'Running') this.#post('Running');
  }

  freeze(): void {
    this.#isFrozen = true;
    this.#isEnding = false;
    this.#cancelTimers();
  }

  resume(): void {
    this.#isFrozen = false;
    if (this.#pod.status?.phase !== 'Running') return this.#begin();
    if (this.#pod.metadata.deletionTimestamp !== undefined) return this.#end();
    this.#after(this.#room.timing.statusMs, () => this.#post('Running'));
  }

  dispose(): void {
    this.#cancelTimers();
    this.#room.addresses.release(this.#key);
  }

  #cancelTimers(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  #after(delayMs: number, run: () => void): void {
    const cancel = this.#room.clock.after(delayMs, () => {
      this.#timers.delete(cancel);
      run();
    });
    this.#timers.add(cancel);
  }

  #begin(): void {
    if (this.#pod.metadata.deletionTimestamp !== undefined) return this.#end();
    const { phase = 'Pending' } = this.#pod.status ?? {};
    if (phase === 'Succeeded' || phase === 'Failed') return;
    const annotated = this.#pod.metadata.annotations?.[START_MS];
    const startMs =
      annotated === undefined ? (this.#room.timing.podTimes?.(this.#pod).startMs ?? this.#room.timing.podStartMs) : Number(annotated);
    if (phase === 'Running') this.#endJobLater();
    else {
      const start = (): void => {
        this.#after(startMs, () => {
          this.#post('Running');
          this.#endJobLater();
        });
      };
      this.#timers.add(afterVolumes(this.#room, this.#pod, start));
    }
  }

  #endJobLater(): void {
    const isJob = this.#pod.metadata.ownerReferences?.some(({ kind }) => kind === 'Job') === true;
    if (isJob) this.#after(this.#room.timing.jobPodRunsMs, () => this.#post('Succeeded'));
  }

  #end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#cancelTimers();
    this.#after(this.#room.timing.podTimes?.(this.#pod).stopMs ?? this.#room.timing.podStopMs, () => {
      try {
        const { namespace, name, uid = '' } = this.#pod.metadata;
        this.#room.api.delete('Pod', namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
      }
    });
  }

  #post(phase: string): void {
    const { api, clock, hostIP, addresses } = this.#room;
    const { namespace, name } = this.#pod.metadata;
    const isReady = phase === 'Running' && this.#pod.metadata.annotations?.[NEVER_READY] !== 'true';
    const startedAt = this.#pod.status?.startTime ?? timestamp(clock.now());
    const podIP = this.#pod.status?.podIP ?? (this.#pod.spec?.hostNetwork === true ? hostIP : addresses.take(this.#key));
    const containers = (this.#pod.spec?.containers ?? []).map(({ name: container, image = '' }) => ({
      name: container,
      image,
      imageID: image,
      ready: isReady,
      started: phase === 'Running',
      restartCount: 0,
      state:
        phase === 'Running'
          ? { running: { startedAt } }
          : { terminated: { exitCode: 0, reason: 'Completed', finishedAt: timestamp(clock.now()) } },
    }));
    api.modify<Pod>(
      'Pod',
      namespace,
      name,
      (draft) => writeStatus(draft, { phase, podIP, hostIP, initialized: true, containers, startedAt }, clock.now()),
      { subresource: 'status' },
    );
  }
}
