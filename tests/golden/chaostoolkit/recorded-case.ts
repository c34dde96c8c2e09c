/** A recorded case as it stands in its file. Source: golden/chaostoolkit/README.md. */
export interface RecordedCase {
  readonly id: string;
  readonly covers: readonly string[];
  readonly command: 'run' | 'validate';
  readonly globals: readonly string[];
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  readonly server: boolean;
  readonly signal?: RecordedSignal | readonly RecordedSignal[];
  readonly loose?: readonly string[];
  readonly elapsed?: { readonly min_s?: number; readonly max_s?: number };
  readonly expect: Expectation;
  readonly defect: string | null;
  readonly wanted?: string;
}

export interface RecordedSignal {
  readonly signal: NodeJS.Signals;
  readonly after_log: string;
  readonly after_ms: number;
}

export interface Expectation {
  readonly exit: number;
  readonly journal: unknown;
  readonly journal_truncated?: boolean;
  readonly logs: readonly string[];
  readonly crash?: string;
  readonly usage_error?: string;
  readonly requests?: unknown;
  readonly files_after?: Readonly<Record<string, string>>;
}

/** What came of running it. */
export interface Observation {
  readonly exit: number;
  readonly journal: unknown;
  readonly logs: readonly string[];
  readonly stderr: string;
  readonly requests: readonly unknown[];
  readonly filesAfter: Readonly<Record<string, string>>;
  readonly seconds: number;
}
