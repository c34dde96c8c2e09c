/** One line of `doctor`. `bad` is what keeps commands from working. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warn' | 'bad';
  readonly detail: string;
  /** What to do. */
  readonly advice?: string;
}
