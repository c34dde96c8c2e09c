/** The engine's events as JSON lines (docs/guard.md, "Events"). */
import { closeSync, openSync, writeSync } from 'node:fs';
import { EvenkeelError, createLogger, messageOf } from '../../base/index.ts';
import type { RunEvent } from '../../experiment/index.ts';
import type { CommandContext } from '../context.ts';
import { createStyle } from '../output/style.ts';
import { version } from '../version.ts';

export interface EventLog {
  add(event: RunEvent): void;
  close(): void;
}

/**
 * Opens a file of events, anew. Each line is in the file when `add` returns. A disk that is full later on ends the file, not the run: it is
 * told once. Errors: `INVALID_INPUT`.
 */
export function openEventLog(path: string, onTrouble: (message: string) => void): EventLog {
  let file: number | undefined;
  try {
    file = openSync(path, 'w', 0o600);
    writeSync(file, `${JSON.stringify({ type: 'stream-started', schema: 1, evenkeel: version })}\n`);
  } catch (cause) {
    throw new EvenkeelError('INVALID_INPUT', `--events: cannot write ${path}: ${messageOf(cause)}`, { blame: 'input', cause });
  }
  return {
    add(event) {
      if (file === undefined) return;
      try {
        writeSync(file, `${JSON.stringify(event)}\n`);
      } catch (cause) {
        file = undefined;
        onTrouble(`--events: ${path} ends here, it can not be written any more: ${messageOf(cause)}`);
      }
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

/** The context of a run that speaks JSON on standard error: each line of text becomes an object of type `line`. */
export function speakingJson(context: CommandContext): CommandContext {
  const line = (level: string, message: string): void => {
    if (message.trim() !== '') context.say(JSON.stringify({ type: 'line', level, atMs: context.clock.now(), message: message.trim() }));
  };
  return {
    ...context,
    style: createStyle(false),
    say: (text) => line('info', text),
    log: createLogger((level, message) => line(level, message), context.globals.verbose ? 'debug' : 'warning'),
  };
}

/** An error as such an object. */
export function errorLine(error: unknown, nowMs: number): string {
  const known = error instanceof EvenkeelError ? { code: error.code, blame: error.blame, hint: error.hint } : { code: 'BUG' };
  return JSON.stringify({ type: 'error', atMs: nowMs, message: messageOf(error), ...known });
}
