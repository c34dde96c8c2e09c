/** What the lab runs inside a pod. */
import type { RequestListener } from 'node:http';
import type { Clock, Logger, Random } from '../../base/index.ts';
import type { Container, Pod } from '../../kubernetes/index.ts';

/** Code that stands for an image. */
export interface Program {
  /** How long from the start of the container until it listens: milliseconds of lab time. */
  readonly startUpMs: number;
  start(context: ProgramContext): Promise<RunningProgram>;
}

export interface RunningProgram {
  stop(): Promise<void>;
}

export interface ProgramContext {
  readonly pod: Pod;
  readonly container: Container;
  /** The container's environment after `valueFrom` and `envFrom` were resolved. */
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly random: Random;
  /** The container's log (`kubectl logs`). */
  readonly log: Logger;
  /** Serves HTTP on the pod's address. */
  listen(port: number, handler: RequestListener): Promise<void>;
  /** An HTTP request from inside the pod, through cluster DNS and Services. The limit is lab time. */
  fetch(url: string, options?: PodFetchOptions): Promise<PodResponse>;
  /** Ends the container with an exit code, as a crash would. */
  exit(code: number): void;
}

export interface PodFetchOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs?: number;
  /** Gives the request up: the other end sees the connection close. */
  readonly signal?: AbortSignal;
}

export interface PodResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Finds the program for a container: the sample application's images, else a stand-in. */
export type ProgramFor = (pod: Pod, container: Container) => Program;
