/** The debugging containers of a pod: started once, as they are added, never again. Source: pkg/kubelet/kuberuntime, SyncPod (1.36). */
import { EvenkeelError, messageOf } from '../../base/index.ts';
import type { Container, Pod } from '../../kubernetes/index.ts';
import { commandOf } from './container-command.ts';
import { ContainerRun } from './container-run.ts';
import { timestamp, type ContainerStatus } from './pod-status.ts';
import type { ProgramRoom } from './pod-worker.ts';
import { knowsCommand } from './shell/index.ts';

const RETRY_MS = 10_000;
/** What the runtime answers when a program is not there. */
const START_ERROR = 128;

interface Slot {
  readonly container: Container;
  state: NonNullable<ContainerStatus['state']>;
  run: ContainerRun | undefined;
}

export interface EphemeralContainersOptions {
  readonly room: ProgramRoom;
  readonly pod: () => Pod;
  readonly ip: () => string;
  readonly pull: (container: Container, onWaiting: (reason: string, message: string) => void, then: () => void) => void;
  readonly after: (delayMs: number, run: () => void) => unknown;
  readonly onChange: () => void;
}

export class EphemeralContainers {
  readonly #options: EphemeralContainersOptions;
  readonly #slots: Slot[] = [];

  constructor(options: EphemeralContainersOptions) {
    this.#options = options;
  }

  /** Starts those that are new to the pod. Those that a kubelet before this one started have ended with it. */
  sync(): void {
    const { pod, room } = this.#options;
    const { spec, status } = pod();
    for (const container of spec?.ephemeralContainers ?? []) {
      if (this.#slots.some((slot) => slot.container.name === container.name)) continue;
      const before = status?.ephemeralContainerStatuses?.find(({ name }) => name === container.name)?.state;
      const slot: Slot = { container, state: before ?? { waiting: { reason: 'ContainerCreating' } }, run: undefined };
      this.#slots.push(slot);
      if (before?.terminated) continue;
      if (before?.running) slot.state = lost(before.running.startedAt ?? '', room.clock.now());
      else this.#pull(slot);
    }
  }

  #pull(slot: Slot): void {
    const { pull, onChange } = this.#options;
    const onWaiting = (reason: string, message: string): void => {
      slot.state = { waiting: { reason, message } };
      onChange();
    };
    onChange();
    pull(slot.container, onWaiting, () => this.#start(slot));
  }

  #start(slot: Slot): void {
    const { room, pod, ip, after, onChange } = this.#options;
    const { container } = slot;
    const command = commandOf(pod(), container) ?? [];
    if (!knowsCommand(command)) return this.#failToStart(slot, command[0] ?? '');
    const startedAt = timestamp(room.clock.now());
    slot.run = new ContainerRun({
      room,
      pod: pod(),
      container,
      ip: ip(),
      isAdopted: false,
      onChange,
      onEnd: (exitCode) => {
        slot.state = {
          terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', startedAt, finishedAt: timestamp(room.clock.now()) },
        };
        onChange();
      },
    });
    try {
      slot.state = { running: { startedAt } };
      slot.run.start();
      room.event(pod(), 'Normal', 'Created', 'Container created', slot.container.name);
      room.event(pod(), 'Normal', 'Started', 'Container started', slot.container.name);
    } catch (error) {
      if (!(error instanceof EvenkeelError)) throw error;
      slot.run = undefined;
      slot.state = { waiting: { reason: 'CreateContainerConfigError', message: messageOf(error) } };
      room.event(pod(), 'Warning', 'Failed', `Error: ${messageOf(error)}`, slot.container.name);
      after(RETRY_MS, () => this.#start(slot));
    }
    onChange();
  }

  #failToStart(slot: Slot, program: string): void {
    const { room, pod, onChange } = this.#options;
    const why = program.includes('/') ? `stat ${program}: no such file or directory` : 'executable file not found in $PATH';
    const runc = `OCI runtime create failed: runc create failed: unable to start container process: exec: "${program}": ${why}`;
    const message = `failed to create containerd task: failed to create shim task: ${runc}: unknown`;
    const at = timestamp(room.clock.now());
    slot.state = {
      terminated: { exitCode: START_ERROR, reason: 'StartError', message, startedAt: '1970-01-01T00:00:00Z', finishedAt: at },
    };
    room.event(pod(), 'Normal', 'Created', 'Container created', slot.container.name);
    room.event(pod(), 'Warning', 'Failed', `Error: ${message}`, slot.container.name);
    onChange();
  }

  freeze(): void {
    for (const { run } of this.#slots) run?.freeze();
  }

  /** The pod ends, or its node went down under them. */
  stop(): void {
    const nowMs = this.#options.room.clock.now();
    for (const slot of this.#slots) {
      slot.run?.stop();
      if (slot.state.running) slot.state = lost(slot.state.running.startedAt ?? '', nowMs);
    }
  }

  statuses(): readonly ContainerStatus[] {
    return this.#slots.map(({ container, state, run }) => ({
      name: container.name,
      image: container.image ?? '',
      imageID: run ? `${(container.image ?? '').split(':')[0]}@sha256:${'0'.repeat(64)}` : '',
      ...(run ? { containerID: `containerd://${this.#options.pod().metadata.uid}-${container.name}` } : {}),
      ready: false,
      restartCount: 0,
      state,
      lastState: {},
    }));
  }
}

const lost = (startedAt: string, nowMs: number): NonNullable<ContainerStatus['state']> => ({
  terminated: { exitCode: 137, reason: 'Error', startedAt, finishedAt: timestamp(nowMs) },
});
