/** Log lines as the Chaos Toolkit writes them: on standard error, and into a file. */
import { appendFileSync } from 'node:fs';
import { createLogger } from '../../base/index.ts';
import type { Clock, Logger } from '../../base/index.ts';

export type Level = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';
const ORDER: readonly Level[] = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'];

export interface ConsoleOptions {
  readonly clock: Clock;
  readonly verbose: boolean;
  readonly format: 'string' | 'json';
  readonly file: { readonly path: string; readonly level: Level } | undefined;
  stderr(text: string): void;
}

export interface Console {
  write(level: Level, message: string): void;
  readonly log: Logger;
}

/** Writes lines at once; a log file that can not be written is told of once and then left alone. */
export function createConsole(options: ConsoleOptions): Console {
  let file = options.file;
  const write = (level: Level, message: string): void => {
    const now = new Date(options.clock.now()).toISOString();
    const time = `${now.slice(0, 10)} ${now.slice(11, 19)}`;
    const line =
      options.format === 'json'
        ? JSON.stringify({
            process: process.pid,
            asctime: `${time}.${now.slice(20, 23)}`,
            levelname: level,
            message,
            timestamp: now.replace('Z', '+00:00'),
          })
        : `[${time} ${level}] ${message}`;
    if (level !== 'DEBUG' || options.verbose) options.stderr(`${line}\n`);
    if (file === undefined || ORDER.indexOf(level) < ORDER.indexOf(file.level)) return;
    try {
      appendFileSync(file.path, `[${time} ${level}] ${message}\n`);
    } catch (thrown) {
      options.stderr(`[${time} WARNING] the log file can not be written: ${String(thrown)}\n`);
      file = undefined;
    }
  };
  const levels = { debug: 'DEBUG', info: 'INFO', warning: 'WARNING', error: 'ERROR' } as const;
  return { write, log: createLogger((level, message) => write(levels[level], message)) };
}
