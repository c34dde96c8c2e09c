/** What the API server hands on to the node of a pod: commands, a program's output, connections. */
import type { Duplex } from 'node:stream';

export interface ContainerTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** A command's input and outputs as the client holds them. */
export interface CommandIo {
  /** Undefined when the client sends none; ends when the client closes it. */
  readonly stdin: AsyncIterable<Buffer> | undefined;
  readonly tty: boolean;
  readonly write: (stream: 'stdout' | 'stderr', data: string | Buffer) => void;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
}

/** The nodes' side of exec, attach and port-forward. */
export interface PodAccess {
  /**
   * Resolves when the pod's node can be talked to. Result: why its kubelet refuses; undefined when the container runs.
   * Errors: `ApiError`, for a silent node after the API server's time limit.
   */
  ready(target: ContainerTarget, signal: AbortSignal): Promise<string | undefined>;
  /** Result: the exit code. Errors: any; its message is what the container runtime says. */
  exec(target: ContainerTarget, command: readonly string[], io: CommandIo): Promise<number>;
  /** Follows what the container writes until it ends. */
  attach(target: ContainerTarget, io: CommandIo): Promise<void>;
  /** Resolves when the pod has gone, or the signal aborts: what is forwarded to it ends. */
  ended(target: Omit<ContainerTarget, 'container'>, signal: AbortSignal): Promise<void>;
  /**
   * A connection from the control plane to an address of the cluster, given up after the time that the API server allows.
   * Errors: any; its message is that of a dial.
   */
  dial(target: { readonly host: string; readonly port: number; readonly node: string | undefined }, signal: AbortSignal): Promise<Duplex>;
  /** What a node's kubelet answers under a path. Errors: any, for a silent node that of a dial. */
  askKubelet(
    node: string,
    path: string,
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly type: string; readonly text: string }>;
  /** A connection to a port of the pod. Errors: any; its message is told to the client. */
  connect(target: Omit<ContainerTarget, 'container'>, port: number, signal: AbortSignal): Promise<Duplex>;
}
