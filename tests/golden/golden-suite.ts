/** One case of recorded answers, compared. */
export interface GoldenCase {
  /** What agreement is counted by: a plugin, a timeline, an API area. */
  readonly area: string;
  readonly id: string;
  readonly agreed: boolean;
  /** The difference, on one line. */
  readonly why?: string;
}

/** Recorded answers of the real programs, and how ours are compared with them. */
export interface GoldenSuite {
  readonly name: string;
  /** `dir`: a folder in the format of the recordings. Cases come as they are compared; none is left out. */
  run(dir: string): AsyncIterable<GoldenCase>;
}
