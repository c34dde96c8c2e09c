/** The init containers of a pod, one after the other; those that stay (sidecars) run beside the rest. Source: pkg/kubelet/kuberuntime, computePodActions (1.36). */
import { EvenkeelError, messageOf, type Cancel } from '../../base/index.ts';
import type { Container, Pod } from '../../kubernetes/index.ts';
import { ContainerRun } from './container-run.ts';
import { timestamp, type ContainerStatus } from './pod-status.ts';
import type { ProgramRoom } from './pod-worker.ts';

const INIT_MS = 'lab.evenkeel.dev/init-ms';
const RETRY_MS = 10_000;

/** A sidecar is an init container that is always restarted. */
export const isSidecar = (container: Container): boolean => (container as { restartPolicy?: string }).restartPolicy === 'Always'; // newer than the types

interface Slot {
  readonly container: Container;
  state: NonNullable<ContainerStatus['state']>;
  run: ContainerRun | undefined;
  restarts: number;
}

export interface InitContainersOptions {
  readonly room: ProgramRoom;
  readonly pod: () => Pod;
  readonly ip: () => string;
  readonly pull: (container: Container, onWaiting: (reason: string, message: string) => void, then: () => void) => void;
  readonly after: (delayMs: number, run: () => void) => Cancel;
  readonly onChange: () => void;
}

export class InitContainers {
  readonly #options: InitContainersOptions;
  readonly #slots: readonly Slot[];

  constructor(options: InitContainersOptions) {
    this.#options = options;
    const before = new Map((options.pod().status?.initContainerStatuses ?? []).map((status) => [status.name, status.restartCount]));
    this.#slots = (options.pod().spec?.initContainers ?? []).map((container) => ({
      container,
      state: { waiting: { reason: 'PodInitializing' } },
      run: undefined,
      restarts: before.get(container.name) ?? 0,
    }));
  }

  /** Runs them from the first; `then` once the last has ended, or has started when it is one that stays. */
  start(then: () => void): void {
    for (const slot of this.#slots) slot.state = { waiting: { reason: 'PodInitializing' } };
    this.#next(0, then);
  }

  /** They ran before the lab did. */
  adopt(): void {
    const at = timestamp(this.#options.room.clock.now());
    for (const slot of this.#slots) {
      if (isSidecar(slot.container)) this.#launch(slot, { isAdopted: true, onStarted: () => {} });
      else slot.state = { terminated: { exitCode: 0, reason: 'Completed', startedAt: at, finishedAt: at } };
    }
  }

  #next(index: number, then: () => void): void {
    const slot = this.#slots[index];
    if (slot === undefined) return then();
    const { pull } = this.#options;
    const onWaiting = (reason: string, message: string): void => {
      slot.state = { waiting: { reason, message } };
      this.#options.onChange();
    };
    pull(slot.container, onWaiting, () => {
      if (isSidecar(slot.container)) this.#launch(slot, { isAdopted: false, onStarted: () => this.#next(index + 1, then) });
      else this.#runOnce(slot, () => this.#next(index + 1, then));
    });
  }

  /** What it does is not known here; it takes its time and succeeds. */
  #runOnce(slot: Slot, then: () => void): void {
    const { room, pod, after, onChange } = this.#options;
    const annotated = pod().metadata.annotations?.[INIT_MS];
    const startedAt = timestamp(room.clock.now());
    slot.state = { running: { startedAt } };
    this.#tellStarted(slot.container);
    onChange();
    after(annotated === undefined ? room.timing.initMs : Number(annotated), () => {
      slot.state = { terminated: { exitCode: 0, reason: 'Completed', startedAt, finishedAt: timestamp(room.clock.now()) } };
      onChange();
      then();
    });
  }

  #launch(slot: Slot, { isAdopted, onStarted }: { readonly isAdopted: boolean; readonly onStarted: () => void }): void {
    const { room, pod, ip, after, onChange } = this.#options;
    let isFirst = true;
    const again = (): void => this.#launch(slot, { isAdopted: false, onStarted });
    slot.run = new ContainerRun({
      room,
      pod: pod(),
      container: slot.container,
      ip: ip(),
      isAdopted,
      onChange: () => {
        onChange();
        if (!isFirst || slot.run?.isStarted !== true) return;
        isFirst = false;
        onStarted();
      },
      onEnd: (exitCode) => {
        slot.restarts += 1;
        slot.state = { waiting: { reason: 'CrashLoopBackOff', message: `exit code ${exitCode}` } };
        onChange();
        after(RETRY_MS, again);
      },
    });
    try {
      slot.state = { running: { startedAt: timestamp(room.clock.now()) } };
      slot.run.start();
      if (!isAdopted) this.#tellStarted(slot.container);
    } catch (error) {
      if (!(error instanceof EvenkeelError)) throw error;
      slot.run = undefined;
      slot.state = { waiting: { reason: 'CreateContainerConfigError', message: messageOf(error) } };
      after(RETRY_MS, again);
    }
    onChange();
  }

  #tellStarted({ name }: Container): void {
    const { room, pod } = this.#options;
    room.event(pod(), 'Normal', 'Created', 'Container created', name);
    room.event(pod(), 'Normal', 'Started', 'Container started', name);
  }

  /** Whatever stays beside the containers of a pod ends with the last of them. Source: pkg/kubelet/kuberuntime, computePodActions. */
  complete(): void {
    const { room, pod } = this.#options;
    const finishedAt = timestamp(room.clock.now());
    for (const slot of this.#slots) {
      if (slot.run === undefined) continue;
      room.event(pod(), 'Normal', 'Killing', `Stopping container ${slot.container.name}`, slot.container.name);
      slot.run.stop();
      slot.run = undefined;
      slot.state = { terminated: { exitCode: 0, reason: 'Completed', startedAt: slot.state.running?.startedAt ?? finishedAt, finishedAt } };
    }
  }

  freeze(): void {
    for (const { run } of this.#slots) run?.freeze();
  }

  /** `countsAsRestart`: the node went down under them. */
  stop({ countsAsRestart = false } = {}): void {
    for (const slot of this.#slots) {
      slot.run?.stop();
      slot.run = undefined;
      if (countsAsRestart) slot.restarts += 1;
    }
  }

  statuses(): readonly ContainerStatus[] {
    return this.#slots.map(({ container, state, run, restarts }) => ({
      name: container.name,
      image: container.image ?? '',
      imageID: '',
      ready: isSidecar(container) ? run?.isReady === true : state.terminated?.exitCode === 0,
      started: run?.isStarted === true,
      restartCount: restarts,
      state,
      lastState: {},
    }));
  }
}
