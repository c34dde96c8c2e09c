/** A long test that runs on its own: `npm run campaign -- NAME [--runs N] [--seed S] [--from I]`. */
export interface Campaign {
  readonly name: string;
  readonly summary: string;
  /** How many runs when nothing is said. */
  readonly runs: number;
  /** How many runs every change is tried with: seconds, not minutes. */
  readonly briefRuns: number;
  /** Every failure is worth reading; without it the first twenty are shown. */
  readonly showsAll?: boolean;
  /** Yields one answer for each run from `from` on; each run depends on the seed and its own number alone. */
  play(options: CampaignOptions): AsyncIterable<CampaignRun>;
}

export interface CampaignOptions {
  readonly seed: string;
  readonly from: number;
  readonly runs: number;
  /** A line for people, beside the answers. */
  readonly say: (this: void, line: string) => void;
}

export interface CampaignRun {
  readonly index: number;
  /** What this run met, in a word or two: counted, and told in the end. */
  readonly kind: string;
  /** Why it failed; absent when it did not. */
  readonly failure?: string;
}
