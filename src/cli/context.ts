import type { Clock, Logger, Random } from '../base/index.ts';
import type { KubernetesClient } from '../clients/index.ts';
import type { Style } from './output/style.ts';

export interface GlobalOptions {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly namespace: string | undefined;
  readonly allNamespaces: boolean;
  /** Use the lab that `lab up` started, whatever KUBECONFIG says. */
  readonly lab: boolean;
  readonly output: 'table' | 'json' | 'yaml';
  readonly seed: string | undefined;
  readonly yes: boolean;
  readonly verbose: boolean;
}

/** What a command may use of the world. The tour makes one of its own, with the environment of its lab. */
export interface CommandContext {
  /** `evenkeel` or `kubectl evenkeel`, for suggested commands. */
  readonly program: string;
  readonly globals: GlobalOptions;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Those of `env` that come from lines of `--var-file`: they may be secrets, and go to no other process but through a pipe. */
  readonly addedEnv?: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Called for each Ctrl-C (or signal to end) after the first, instead of a general word. Result: forgets the listener. */
  readonly onInterruptedAgain?: (this: void, listener: () => void) => () => void;
  readonly style: Style;
  /** Width of the terminal, or 120. */
  readonly columns: number;
  readonly interactive: boolean;
  /** Where runs, the lab's session and settings live. */
  readonly stateFolder: string;
  /** Data: standard output. */
  readonly print: (this: void, text: string) => void;
  /** Everything else: standard error. */
  readonly say: (this: void, text: string) => void;
  /** Asks yes or no on the terminal; false when there is none. */
  readonly confirm: (this: void, question: string) => Promise<boolean>;
  readonly readFile: (this: void, path: string) => Promise<string>;
  readonly writeFile: (this: void, path: string, text: string) => Promise<void>;
  readonly kubernetes: (this: void) => Promise<KubernetesClient>;
}
