/** What containers wrote: the last lines of each, and of its run before. */
import { createLogger, type Cancel, type Clock, type Logger } from '../../base/index.ts';

export interface LogLine {
  readonly timeMs: number;
  readonly text: string;
}

export interface LogTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** The source of `kubectl logs`. */
export interface PodLogs {
  /** Undefined when the container never ran (or, with `previous`, never ran before). */
  read(target: LogTarget, options?: { readonly previous?: boolean }): readonly LogLine[] | undefined;
  /** Calls with each new line. */
  follow(target: LogTarget, listener: (line: LogLine) => void): Cancel;
}

const MOST_LINES = 2_000;

interface Kept {
  lines: LogLine[];
  previous: readonly LogLine[] | undefined;
  readonly listeners: Set<(line: LogLine) => void>;
}

const keyOf = ({ namespace, pod, container }: LogTarget): string => `${namespace}/${pod}/${container}`;

/** Logs in memory, a ring per container. */
export class PodLogStore implements PodLogs {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  read(target: LogTarget, { previous = false }: { readonly previous?: boolean } = {}): readonly LogLine[] | undefined {
    const kept = this.#kept.get(keyOf(target));
    return previous ? kept?.previous : kept?.lines;
  }

  follow(target: LogTarget, listener: (line: LogLine) => void): Cancel {
    const kept = this.#of(target);
    kept.listeners.add(listener);
    return () => kept.listeners.delete(listener);
  }

  /** A container starts (again): its lines so far become those of the run before. */
  begin(target: LogTarget): Logger {
    const kept = this.#of(target);
    if (kept.lines.length > 0) kept.previous = kept.lines;
    kept.lines = [];
    return createLogger((level, message, fields) => {
      const details = Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : '';
      const time = new Date(this.#clock.now()).toISOString();
      this.write(target, `${time} ${level.toUpperCase()} ${message}${details}`);
    });
  }

  write(target: LogTarget, text: string): void {
    const kept = this.#of(target);
    const line = { timeMs: this.#clock.now(), text };
    kept.lines.push(line);
    if (kept.lines.length > MOST_LINES) kept.lines.splice(0, kept.lines.length - MOST_LINES);
    for (const listener of kept.listeners) listener(line);
  }

  forget(namespace: string, pod: string): void {
    for (const key of this.#kept.keys()) if (key.startsWith(`${namespace}/${pod}/`)) this.#kept.delete(key);
  }

  #of(target: LogTarget): Kept {
    const kept = this.#kept.get(keyOf(target)) ?? { lines: [], previous: undefined, listeners: new Set() };
    this.#kept.set(keyOf(target), kept);
    return kept;
  }
}
