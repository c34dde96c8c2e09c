/** One run of one container: its program, its probes, its end. */
import { messageOf, parseDuration, type Cancel } from '../../base/index.ts';
import type { Container, Pod } from '../../kubernetes/index.ts';
import { commandProgram } from './command-program.ts';
import { containerEnvironment } from './container-environment.ts';
import type { ProgramRoom } from './pod-worker.ts';
import { startProbeLoop, type ProbeTarget } from './probe.ts';
import type { RunningProgram } from './types.ts';

export interface ContainerRunOptions {
  readonly room: ProgramRoom;
  readonly pod: Pod;
  readonly container: Container;
  readonly ip: string;
  /** A container that was running before the lab began: it listens at once. */
  readonly isAdopted: boolean;
  /** Readiness or "started" changed. */
  onChange(): void;
  /** The program ended by itself, or failed its liveness probe. */
  onEnd(exitCode: number): void;
}

/** On the pod (template): its containers end with an error so long after they started. */
const CRASHES_AFTER = 'evenkeel.dev/crashes-after';

export class ContainerRun {
  readonly #options: ContainerRunOptions;
  readonly #cancels = new Set<Cancel>();
  #program: RunningProgram | undefined;
  #listening: Cancel[] = [];
  /** Probes that restart the container. */
  readonly #vital: Cancel[] = [];
  #isOver = false;
  isStarted = false;
  isReady = false;

  constructor(options: ContainerRunOptions) {
    this.#options = options;
  }

  /** Errors, before anything is started: `NOT_FOUND` when its environment refers to what is not there, `INVALID_INPUT` for annotations that are none. */
  start(): void {
    const { room, pod, container, isAdopted } = this.#options;
    const env = containerEnvironment(room.api, pod, container);
    const program = commandProgram(room, pod, container) ?? room.programFor(pod, container);
    const crashesAfter = pod.metadata.annotations?.[CRASHES_AFTER];
    const crashMs = crashesAfter === undefined ? undefined : parseDuration(crashesAfter);
    const target = { namespace: pod.metadata.namespace ?? 'default', pod: pod.metadata.name, container: container.name };
    const log = room.logs.begin(target);
    const launch = async (): Promise<void> => {
      const { network, node } = room;
      const { ip } = this.#options;
      this.#program = await program.start({
        pod,
        container,
        env,
        clock: room.clock,
        random: room.random.fork(`program/${target.namespace}/${target.pod}/${target.container}`),
        log,
        listen: async (port, handler) => {
          const counted: typeof handler = (request, response) => {
            room.usage.countRequest(pod, container.name);
            return handler(request, response);
          };
          const cancel = await network.listen({ ip, node, port }, counted);
          if (this.#isOver) cancel();
          else this.#listening.push(cancel);
        },
        fetch: (url, options) => network.fetch({ kind: 'pod', namespace: target.namespace, node, ip }, url, options),
        exit: (code) => this.#end(code),
      });
      if (this.#isOver) await this.#program.stop();
    };
    const begin = (): void => {
      launch().then(
        () => this.#probe(),
        (error: unknown) => {
          log.error(messageOf(error));
          this.#end(1);
        },
      );
    };
    if (isAdopted) {
      this.isStarted = true;
      this.isReady = true;
      begin();
    } else this.#after(program.startUpMs, begin);
    if (crashMs !== undefined) {
      this.#after(crashMs, () => {
        log.error(`ends with exit code 1: ${CRASHES_AFTER} is ${crashesAfter}`);
        this.#end(1);
      });
    }
    // Probes go out from the container's start, not from the moment it listens: that is what makes a slow start fail them.
    if (!isAdopted) this.#probe();
  }

  #isProbing = false;

  #probe(): void {
    if (this.#isProbing || this.#isOver) return;
    this.#isProbing = true;
    const { container } = this.#options;
    if (container.startupProbe === undefined || this.#options.isAdopted) return this.#started();
    const stop = this.#loop('Startup', container.startupProbe, (ok) => {
      if (!ok) return this.#kill('startup');
      stop();
      this.#started();
    });
  }

  #started(): void {
    const { container, isAdopted } = this.#options;
    this.isStarted = true;
    if (container.livenessProbe) this.#loop('Liveness', container.livenessProbe, (ok) => (ok ? undefined : this.#kill('liveness')));
    if (container.readinessProbe) this.#loop('Readiness', container.readinessProbe, (ok) => this.#setReady(ok));
    else if (!isAdopted) this.isReady = true;
    this.#options.onChange();
  }

  #setReady(ready: boolean): void {
    if (this.isReady === ready) return;
    this.isReady = ready;
    this.#options.onChange();
  }

  #loop(name: string, probe: NonNullable<Container['livenessProbe']>, onVerdict: (ok: boolean) => void): Cancel {
    const { room, pod, container, ip } = this.#options;
    const target: ProbeTarget = { network: room.network, node: room.node, ip, container };
    const cancel = startProbeLoop({
      clock: room.clock,
      probe,
      target,
      onVerdict,
      onFailure: (why) => room.event(pod, 'Warning', 'Unhealthy', `${name} probe failed: ${why}`, container.name),
    });
    this.#cancels.add(cancel);
    if (name !== 'Readiness') this.#vital.push(cancel);
    return cancel;
  }

  /** The pod is to end: from now on nothing but readiness is asked for. Source: pkg/kubelet/prober/worker.go, doProbe. */
  beginEnd(): void {
    for (const cancel of this.#vital.splice(0)) cancel();
  }

  #kill(probe: string): void {
    const { room, pod, container } = this.#options;
    room.event(pod, 'Normal', 'Killing', `Container ${container.name} failed ${probe} probe, will be restarted`, container.name);
    this.#end(137);
  }

  #end(exitCode: number): void {
    if (this.#isOver) return;
    this.stop();
    this.#options.onEnd(exitCode);
  }

  #after(delayMs: number, run: () => void): void {
    const cancel = this.#options.room.clock.after(delayMs, () => {
      this.#cancels.delete(cancel);
      run();
    });
    this.#cancels.add(cancel);
  }

  /** The node lost power: no probe, no start goes on; the program's packets go nowhere by the network's doing. */
  freeze(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.isReady = false;
    this.isStarted = false;
    this.freeze();
    for (const cancel of this.#listening) cancel();
    this.#listening = [];
    const { room, pod } = this.#options;
    this.#program?.stop().catch((error: unknown) => {
      room.log.warning(`kubelet: a program of ${pod.metadata.name} did not stop cleanly`, { why: messageOf(error) });
    });
  }
}
