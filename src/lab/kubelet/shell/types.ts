/** What commands see of the container that they run in. */
import type { Duplex } from 'node:stream';
import type { Clock } from '../../../base/index.ts';
import type { CommandIo } from '../../kube-api/index.ts';
import type { ProgramContext } from '../types.ts';

export interface Inside {
  readonly hostname: string;
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path -> content. */
  readonly files: ReadonlyMap<string, string>;
  readonly clock: Clock;
  readonly fetch: ProgramContext['fetch'];
  /** A connection as the container would make it; hangs until the signal where packets are dropped. Errors: `UNREACHABLE`. */
  readonly connect: (host: string, port: number, signal: AbortSignal) => Promise<Duplex>;
  /** What the cluster's DNS answers; undefined: no such name. */
  readonly lookUp: (host: string) => { readonly name: string; readonly addresses: readonly string[] } | undefined;
  readonly dnsServer: string;
  /** The pod's own. */
  readonly address: string;
}

export interface CommandCall extends Inside {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly io: CommandIo;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Result: the exit code. */
export type ShellCommand = (call: CommandCall) => number | Promise<number>;
