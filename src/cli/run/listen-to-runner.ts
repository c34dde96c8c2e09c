import type { Readable } from 'node:stream';
import { z } from 'zod/mini';
import type { RunCredentials } from '../../experiment/index.ts';

const Credentials = z.object({
  configuration: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.record(z.string(), z.unknown())),
  environment: z.optional(z.record(z.string(), z.string())),
});

/** What the run signs in with, and the lines of `--var-file` that were put into its environment. */
export interface HandedOver extends RunCredentials {
  readonly environment: Readonly<Record<string, string>>;
}

export interface RunnerPipe {
  /** What the run signs in with; undefined when the runner died before it had said all, or never said it. */
  handed(): HandedOver | undefined;
  /** Resolves when the runner's end of the pipe is closed: it is gone. */
  readonly gone: Promise<void>;
}

/** The watchdog's end of the pipe to the run that started it: one line of JSON, then silence until the runner is gone. */
export function listenToRunner(pipe: Readable): RunnerPipe {
  let text = '';
  pipe.setEncoding('utf8');
  pipe.on('data', (part: string) => (text += part));
  const gone = new Promise<void>((resolve) => {
    pipe.once('close', resolve);
    pipe.once('end', resolve);
    pipe.once('error', () => resolve());
  });
  return { handed: () => parse(text), gone };
}

function parse(text: string): HandedOver | undefined {
  const end = text.indexOf('\n');
  if (end < 0) return undefined;
  try {
    const parsed = z.safeParse(Credentials, JSON.parse(text.slice(0, end)));
    return parsed.success ? { ...parsed.data, environment: parsed.data.environment ?? {} } : undefined;
  } catch {
    return undefined;
  }
}
