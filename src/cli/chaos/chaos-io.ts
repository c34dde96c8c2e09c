import type { Clock } from '../../base/index.ts';
import type { ActivityDescriptor, InterruptionKind, UndoDescriptor } from '../../experiment/index.ts';

/** What the Chaos Toolkit's command line uses of the world. The program hands in the real one. */
export interface ChaosIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  readonly stateFolder: string;
  stdout(text: string): void;
  stderr(text: string): void;
  /** Standard input, line by line; reading begins when this is called. */
  lines(): AsyncIterable<string>;
  /** Calls back for each SIGINT, SIGTERM, SIGUSR1 and SIGUSR2 from now on; result: stops that. */
  onSignal(handle: (kind: InterruptionKind) => void): () => void;
  changeFolder(path: string): void;
  /** The native faults and probes; loaded only when an experiment is validated or run. */
  drivers(): Promise<{ readonly activities: readonly ActivityDescriptor[]; readonly undos: readonly UndoDescriptor[] }>;
}
