/** A pod whose containers are programs: pulled, created, started, probed, restarted, ended. Source: pkg/kubelet/kuberuntime (Kubernetes 1.36). */
import { createHash } from 'node:crypto';
import { EvenkeelError, messageOf, type Cancel } from '../../base/index.ts';
import type { Container, Pod } from '../../kubernetes/index.ts';
import { ApiError } from '../kube-api/index.ts';
import { afterVolumes } from './after-volumes.ts';
import { ContainerRun } from './container-run.ts';
import { EphemeralContainers } from './ephemeral-containers.ts';
import { InitContainers, isSidecar } from './init-containers.ts';
import { preStopMs } from './pre-stop.ts';
import { closedGates, timestamp, writeStatus, type ContainerStatus } from './pod-status.ts';
import { PodResize } from './pod-resize.ts';
import type { PodWorker, ProgramRoom } from './pod-worker.ts';
import { pullImage, type PullOptions } from './pull-image.ts';

const CONFIG_RETRY_MS = 10_000;
const FIRST_BACKOFF_MS = 10_000;
const DEADLINE = { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' };
const LONGEST_BACKOFF_MS = 300_000;
/** A container that ran this long starts its back-off anew. */
const BACKOFF_RESET_MS = 600_000;

interface Slot {
  readonly container: Container;
  run: ContainerRun | undefined;
  state: NonNullable<ContainerStatus['state']>;
  lastState: NonNullable<ContainerStatus['state']> | undefined;
  restarts: number;
  backoffMs: number;
  startedMs: number;
  ended: number | undefined;
}

export class ProgramPodWorker implements PodWorker {
  readonly #room: ProgramRoom;
  readonly #slots: readonly Slot[];
  readonly #init: InitContainers;
  readonly #ephemeral: EphemeralContainers;
  readonly #resize: PodResize;
  readonly #timers = new Set<Cancel>();
  readonly #startedAt: string;
  #pod: Pod;
  #ip: string | undefined;
  #isEnding = false;
  /** It was deleted, and goes once it has ended. */
  #isLeaving = false;
  #isFrozen = false;
  #initialized = false;
  #failure: typeof DEADLINE | undefined;

  constructor(room: ProgramRoom, pod: Pod) {
    this.#room = room;
    this.#pod = pod;
    this.#startedAt = pod.status?.startTime ?? timestamp(room.clock.now());
    const before = new Map((pod.status?.containerStatuses ?? []).map((status) => [status.name, status]));
    this.#slots = (pod.spec?.containers ?? []).map((container) => ({
      container,
      run: undefined,
      state: { waiting: { reason: 'ContainerCreating' } },
      lastState: before.get(container.name)?.lastState,
      restarts: before.get(container.name)?.restartCount ?? 0,
      backoffMs: 0,
      startedMs: room.clock.now(),
      ended: undefined,
    }));
    const shared = {
      room,
      pod: () => this.#withAddress(),
      ip: () => this.#ip ?? '',
      pull: (container: Container, onWaiting: PullOptions['onWaiting'], then: () => void) =>
        pullImage(this.#pullOptions(container, onWaiting), then),
      after: (delayMs: number, run: () => void) => this.#after(delayMs, run),
      onChange: () => this.#post(),
    };
    this.#init = new InitContainers(shared);
    this.#ephemeral = new EphemeralContainers(shared);
    this.#resize = new PodResize({ ...shared, restart: (container) => this.#restartFor(container) }, pod);
    this.#ip = pod.status?.podIP;
    if (this.#ip) room.addresses.keep(this.#ip, this.#key);
    const { phase } = pod.status ?? {};
    if (phase === 'Succeeded' || phase === 'Failed') return;
    if (pod.metadata.deletionTimestamp !== undefined) this.#terminate();
    else if (phase === 'Running' && this.#ip) this.#adopt();
    else this.#create();
  }

  get #key(): string {
    return `${this.#pod.metadata.namespace}/${this.#pod.metadata.name}`;
  }

  update(pod: Pod): void {
    const gates = (of: Pod): string => closedGates(of).join();
    const hasGateMoved = gates(pod) !== gates(this.#pod);
    this.#pod = pod;
    if (this.#isFrozen) return;
    if (pod.metadata.deletionTimestamp !== undefined) this.#terminate();
    else if (hasGateMoved) this.#post();
    if (this.#ip === undefined || this.#isEnding) return;
    this.#ephemeral.sync();
    this.#resize.look(pod);
  }

  freeze(): void {
    this.#isFrozen = true;
    this.#isEnding = false;
    this.#isLeaving = false;
    this.#cancelTimers();
    this.#init.freeze();
    this.#ephemeral.freeze();
    for (const { run } of this.#slots) run?.freeze();
  }

  /** After a boot every container starts again, and pods that were to end do so. */
  resume(): void {
    this.#isFrozen = false;
    this.#init.stop({ countsAsRestart: true });
    this.#ephemeral.stop();
    for (const slot of this.#slots) slot.run?.stop();
    if (this.#pod.metadata.deletionTimestamp !== undefined) return this.#terminate();
    const { phase } = this.#pod.status ?? {};
    if (phase === 'Succeeded' || phase === 'Failed') return;
    if (!this.#ip) return this.#create();
    const restartable = this.#slots.filter(({ run }) => run !== undefined);
    for (const slot of restartable) {
      slot.restarts += 1;
      slot.lastState = { terminated: { exitCode: 255, reason: 'Unknown', finishedAt: timestamp(this.#room.clock.now()) } };
      slot.state = { waiting: { reason: 'ContainerCreating' } };
    }
    this.#room.event(this.#pod, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
    this.#initialized = false;
    this.#watchDeadline();
    this.#post();
    this.#after(this.#room.timing.sandboxMs, () => this.#initialize((slot) => this.#pull(slot, () => this.#startSlot(slot))));
  }

  dispose(): void {
    this.#cancelTimers();
    this.#init.stop();
    this.#ephemeral.stop();
    for (const { run } of this.#slots) run?.stop();
    this.#room.addresses.release(this.#key);
    this.#room.consoles.forget(this.#pod.metadata.namespace ?? 'default', this.#pod.metadata.name);
    this.#room.logs.forget(this.#pod.metadata.namespace ?? 'default', this.#pod.metadata.name);
  }

  #cancelTimers(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  #after(delayMs: number, run: () => void): Cancel {
    const cancel = this.#room.clock.after(delayMs, () => {
      this.#timers.delete(cancel);
      run();
    });
    this.#timers.add(cancel);
    return cancel;
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string, container?: Container): void {
    this.#room.event(this.#pod, type, reason, message, container?.name);
  }

  /** The pod ran before the lab did: its programs are there at once, and nothing is told. */
  #adopt(): void {
    this.#initialized = true;
    this.#watchDeadline();
    this.#init.adopt();
    for (const slot of this.#slots) {
      this.#room.images.add(slot.container.image ?? '');
      this.#launch(slot, true);
    }
  }

  #create(): void {
    this.#post();
    this.#watchDeadline();
    this.#timers.add(afterVolumes(this.#room, this.#pod, () => this.#createSandbox()));
  }

  #createSandbox(): void {
    this.#after(this.#room.timing.sandboxMs, () => {
      this.#ip ??= this.#pod.spec?.hostNetwork === true ? this.#room.hostIP : this.#room.addresses.take(this.#key);
      if (this.#ip === undefined) return this.#event('Warning', 'FailedCreatePodSandBox', 'no addresses left on this node');
      this.#initialize((slot) => this.#pull(slot, () => this.#startSlot(slot)));
    });
  }

  /** Init containers first; then all others at the same time. */
  #initialize(start: (slot: Slot) => void): void {
    this.#init.start(() => {
      if (this.#isEnding) return;
      this.#initialized = true;
      this.#post();
      for (const slot of this.#slots) start(slot);
    });
  }

  #pull(slot: Slot, then: () => void): void {
    const onWaiting = (reason: string, message: string): void => {
      slot.state = { waiting: { reason, message } };
      this.#post();
    };
    pullImage(this.#pullOptions(slot.container, onWaiting), then);
  }

  #pullOptions(container: Container, onWaiting: PullOptions['onWaiting']): PullOptions {
    return {
      room: this.#room,
      pod: () => this.#pod,
      container,
      after: (delayMs, run) => void this.#after(delayMs, run),
      onWaiting,
    };
  }

  #startSlot(slot: Slot): void {
    if (this.#isEnding) return;
    this.#launch(slot, false);
    this.#post();
  }

  #launch(slot: Slot, isAdopted: boolean): void {
    const { container } = slot;
    const run = new ContainerRun({
      room: this.#room,
      pod: this.#withAddress(),
      container,
      ip: this.#ip ?? '',
      isAdopted,
      onChange: () => this.#post(),
      onEnd: (exitCode) => this.#ended(slot, exitCode),
    });
    try {
      slot.run = run;
      slot.ended = undefined;
      slot.startedMs = this.#room.clock.now();
      slot.state = { running: { startedAt: isAdopted ? this.#startedAt : timestamp(slot.startedMs) } };
      run.start();
      if (isAdopted) return;
      this.#event('Normal', 'Created', 'Container created', container);
      this.#event('Normal', 'Started', 'Container started', container);
    } catch (error) {
      if (!(error instanceof EvenkeelError)) throw error;
      slot.run = undefined;
      slot.state = { waiting: { reason: 'CreateContainerConfigError', message: messageOf(error) } };
      this.#event('Warning', 'Failed', `Error: ${messageOf(error)}`, container);
      this.#after(CONFIG_RETRY_MS, () => this.#startSlot(slot));
    }
  }

  #restartFor(container: string): void {
    const slot = this.#slots.find((one) => one.container.name === container);
    if (slot?.run === undefined || this.#isEnding) return;
    this.#event('Normal', 'Killing', `Container ${container} resize requires restart`);
    slot.run.stop();
    this.#ended(slot, 137);
  }

  #withAddress(): Pod {
    const { status } = this.#pod;
    const addresses = { hostIP: this.#room.hostIP, ...(this.#ip === undefined ? {} : { podIP: this.#ip }) };
    return { ...this.#pod, status: { ...status, ...addresses } };
  }

  #ended(slot: Slot, exitCode: number): void {
    const nowMs = this.#room.clock.now();
    const terminated = {
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      startedAt: timestamp(slot.startedMs),
      finishedAt: timestamp(nowMs),
    };
    slot.state = { terminated };
    slot.ended = exitCode;
    const policy = this.#pod.spec?.restartPolicy ?? 'Always';
    if (this.#isEnding || policy === 'Never' || (policy === 'OnFailure' && exitCode === 0)) {
      if (this.#slots.every(({ ended }) => ended !== undefined)) this.#init.complete();
      return this.#post();
    }
    // A first end, and one after a long run, are no loop: the next run begins at once.
    if (nowMs - slot.startedMs > BACKOFF_RESET_MS) slot.backoffMs = 0;
    slot.lastState = { terminated };
    const waitMs = slot.backoffMs;
    if (waitMs > 0) {
      const name = `${this.#pod.metadata.name}_${this.#pod.metadata.namespace}(${this.#pod.metadata.uid})`;
      slot.state = {
        waiting: {
          reason: 'CrashLoopBackOff',
          message: `back-off ${waitMs / 1000}s restarting failed container=${slot.container.name} pod=${name}`,
        },
      };
      this.#event('Warning', 'BackOff', `Back-off restarting failed container ${slot.container.name} in pod ${name}`, slot.container);
    }
    slot.backoffMs = waitMs === 0 ? FIRST_BACKOFF_MS : Math.min(LONGEST_BACKOFF_MS, waitMs * 2);
    this.#post();
    this.#after(waitMs, () => {
      // A restart counts once it is one, not while it is waited for.
      slot.restarts += 1;
      this.#pull(slot, () => this.#startSlot(slot));
    });
  }

  /** Source: pkg/kubelet/active_deadline.go. */
  #watchDeadline(): void {
    const seconds = this.#pod.spec?.activeDeadlineSeconds;
    if (seconds === undefined) return;
    const leftMs = Date.parse(this.#startedAt) + seconds * 1000 - this.#room.clock.now();
    this.#after(Math.max(0, leftMs), () => {
      const { phase } = this.#pod.status ?? {};
      if (this.#isEnding || phase === 'Succeeded' || phase === 'Failed') return;
      this.#event('Normal', DEADLINE.reason, DEADLINE.message);
      this.#failure = DEADLINE;
      this.#end((this.#pod.spec?.terminationGracePeriodSeconds ?? 30) * 1000, () => this.#post());
    });
  }

  /** Programs go on answering while their clients learn that they leave; then they end, and the pod goes. */
  #terminate(): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    this.#end((this.#pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000, () => {
      if (this.#ip !== undefined) this.#post();
      this.#remove();
    });
  }

  #end(graceMs: number, then: () => void): void {
    this.#isEnding = true;
    this.#cancelTimers();
    const running = this.#slots.filter(({ run, ended }) => run !== undefined && ended === undefined);
    for (const { run } of running) run?.beginEnd();
    for (const { container } of running) this.#event('Normal', 'Killing', `Stopping container ${container.name}`, container);
    const neededMs = Math.max(0, ...this.#slots.map(({ container }) => preStopMs(container))) + this.#room.timing.stopMs;
    // What is still there at the end of the grace period is killed.
    const [exitCode, reason] = neededMs <= graceMs ? [0, 'Completed'] : [137, 'Error'];
    this.#after(running.length === 0 ? 0 : Math.min(graceMs, neededMs), () => {
      this.#init.stop();
      this.#ephemeral.stop();
      for (const slot of running) {
        slot.run?.stop();
        const startedAt = timestamp(slot.startedMs);
        slot.state = { terminated: { exitCode, reason, startedAt, finishedAt: timestamp(this.#room.clock.now()) } };
        slot.ended = exitCode;
      }
      then();
    });
  }

  #remove(): void {
    try {
      const { namespace, name, uid = '' } = this.#pod.metadata;
      this.#room.api.delete('Pod', namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  get #sidecars(): ReadonlySet<string> {
    return new Set((this.#pod.spec?.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  }

  #phase(): string {
    if (this.#failure && this.#slots.every(({ run, ended }) => run === undefined || ended !== undefined)) return 'Failed';
    if (this.#slots.every(({ ended }) => ended !== undefined)) {
      const policy = this.#pod.spec?.restartPolicy ?? 'Always';
      const isOver = this.#isEnding || policy !== 'Always';
      if (isOver) return this.#slots.every(({ ended }) => ended === 0) ? 'Succeeded' : 'Failed';
    }
    return this.#slots.some(({ run }) => run !== undefined) ? 'Running' : 'Pending';
  }

  /** Each run of a container is another one to the runtime. */
  #containerId({ name }: Container, restarts: number): string {
    return `containerd://${createHash('sha256').update(`${this.#pod.metadata.uid}/${name}/${restarts}`).digest('hex')}`;
  }

  #statuses(): readonly ContainerStatus[] {
    return this.#slots.map(({ container, run, state, lastState, restarts }) => ({
      name: container.name,
      image: container.image ?? '',
      imageID: run ? `${(container.image ?? '').split(':')[0]}@sha256:${'0'.repeat(64)}` : '',
      ...(run ? { containerID: this.#containerId(container, restarts) } : {}),
      ready: run?.isReady === true && state.running !== undefined,
      started: run?.isStarted === true && state.running !== undefined,
      restartCount: restarts,
      state,
      lastState: lastState ?? {},
      ...this.#resize.statusOf(container.name),
    }));
  }

  #post(): void {
    if (this.#isFrozen) return;
    const { api, clock, hostIP } = this.#room;
    const { namespace, name, uid } = this.#pod.metadata;
    if (api.get<Pod>('Pod', namespace, name)?.metadata.uid !== uid) return;
    const facts = {
      phase: this.#phase(),
      podIP: this.#ip,
      hostIP,
      initialized: this.#initialized,
      initContainers: this.#init.statuses(),
      sidecars: this.#init.statuses().filter(({ name: sidecar }) => this.#sidecars.has(sidecar)),
      containers: this.#statuses(),
      ephemeralContainers: this.#ephemeral.statuses(),
      resize: this.#resize.condition,
      startedAt: this.#startedAt,
      failure: this.#phase() === 'Failed' ? this.#failure : undefined,
    };
    const posted = api.modify<Pod>('Pod', namespace, name, (draft) => writeStatus(draft, facts, clock.now()), { subresource: 'status' });
    if (posted) this.#pod = posted;
  }
}
