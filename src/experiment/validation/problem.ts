import { nearest } from '../../base/index.ts';
import type { Positions } from '../format/positions.ts';
import type { Path } from '../format/python-values.ts';
import { pythonRepr, valueAt } from '../format/python-values.ts';

/** One thing that is wrong with an experiment, or looks so. */
export interface Problem {
  /** Warnings do not keep an experiment from being run; `evenkeel validate --strict` takes them for errors. */
  readonly severity: 'error' | 'warning';
  /** The first sentence is the original's own. */
  readonly message: string;
  readonly path: Path;
  readonly line: number;
  readonly column: number;
  /** What stands there now. */
  readonly found?: string;
  /** What may stand there. */
  readonly allowed?: string;
  readonly hint?: string;
  /** A warning that the original gives too. */
  readonly announced?: boolean;
}

export interface ProblemDetails {
  readonly announced?: boolean;
  readonly allowed?: string;
  readonly hint?: string;
}

const LONGEST_FOUND = 60;

/** Collects problems in the order in which the original would come upon them. */
export class ProblemList {
  readonly problems: Problem[] = [];
  readonly #root: unknown;
  readonly #positions: Positions | undefined;

  constructor(root: unknown, positions: Positions | undefined) {
    this.#root = root;
    this.#positions = positions;
  }

  error(path: Path, message: string, details: ProblemDetails = {}): void {
    this.#add('error', path, message, details);
  }

  warning(path: Path, message: string, details: ProblemDetails = {}): void {
    this.#add('warning', path, message, details);
  }

  /** Warns of keys that nobody reads; `extra` are those of the original which do nothing, with what to do instead. */
  unknownKeys(path: Path, value: Readonly<Record<string, unknown>>, known: readonly string[]): void {
    for (const key of Object.keys(value)) {
      if (known.includes(key) || key.startsWith('x-')) continue;
      const near = nearest(key, known);
      const hint = near === undefined ? `Known are: ${known.join(', ')}.` : `Did you mean '${near}'?`;
      this.warning([...path, key], `the key '${key}' is unknown here and does nothing`, { hint });
    }
  }

  #add(severity: Problem['severity'], path: Path, message: string, details: ProblemDetails): void {
    const position = this.#positions?.of(path) ?? { line: 0, column: 0 };
    const value = valueAt(this.#root, path);
    const text = value === undefined ? undefined : pythonRepr(value);
    const found = text === undefined ? {} : { found: text.length > LONGEST_FOUND ? `${text.slice(0, LONGEST_FOUND)}…` : text };
    this.problems.push({ severity, message, path, ...position, ...found, ...details });
  }
}

/** `file:line:column: message (found …; allowed: …). Hint` on one line. */
export function describeProblem(problem: Problem, file: string): string {
  const parts = [
    problem.found === undefined ? '' : `found ${problem.found}`,
    problem.allowed === undefined ? '' : `allowed: ${problem.allowed}`,
  ];
  const details = parts.filter((part) => part !== '').join('; ');
  const place = problem.line === 0 ? file : `${file}:${problem.line}:${problem.column}`;
  const hint = problem.hint === undefined ? '' : ` ${problem.hint}`;
  return `${place}: ${problem.severity}: ${problem.message}${details === '' ? '' : ` (${details})`}${hint}`;
}
