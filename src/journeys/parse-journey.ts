import { jsonpath } from 'json-p3';
import { isMap, isScalar, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { EvenkeelError, messageOf, nearest, parseDuration, plural, readShare } from '../base/index.ts';
import { journeyFileSchema, SHORT_METHODS, type ExpectFile, type JourneyFile, type StepFile } from './journey-schema.ts';
import { BUILT_IN_VARIABLES, referencesIn, textsIn } from './template.ts';
import type { Expectations, JourneyLimits, JourneySpec, StepSpec } from './types.ts';

export interface ParseJourneyOptions {
  /** Named in errors. */
  readonly path: string;
  /** When given, variables that neither it nor an earlier step knows are errors. Values stay out of the result. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

type Path = readonly (string | number)[];
interface Problem {
  readonly path: Path;
  readonly message: string;
  /** Points at the key rather than at its value. */
  readonly atKey?: boolean;
}

const DEFAULT_TIMEOUT_MS = 2000;

/**
 * Reads a journey from YAML (or JSON).
 *
 * Errors: `INVALID_INPUT` with all problems at once, one a line: `file:line:column: what is wrong`.
 */
export function parseJourney(text: string, { path, env }: ParseJourneyOptions): JourneySpec {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw invalid(
      path,
      document.errors.map((error) => `${path}:${position(lines, error.pos[0])}: ${error.message.split('\n')[0] ?? ''}`),
    );
  }
  const raw: unknown = document.toJS();
  if (raw === null || raw === undefined) throw invalid(path, [`${path}: is empty; it needs a name and steps`]);
  const parsed = journeyFileSchema.safeParse(raw);
  const problems = parsed.success ? problemsOf(parsed.data, env) : parsed.error.issues.flatMap((issue) => problemsOfIssue(issue));
  if (problems.length > 0 || !parsed.success) {
    throw invalid(
      path,
      problems.map((problem) => `${path}:${locate(document, lines, problem)}: ${label(problem.path)}${problem.message}`),
    );
  }
  return toSpec(parsed.data);
}

function invalid(path: string, problems: readonly string[]): EvenkeelError {
  return new EvenkeelError('INVALID_INPUT', `${path} is not a journey (${plural(problems.length, 'problem')}):\n${problems.join('\n')}`, {
    blame: 'input',
    hint: 'The format is described in docs/journeys.md of the package; `evenkeel schema journey` prints its JSON Schema.',
  });
}

const KEYS: readonly string[] = [
  ...Object.keys(journeyFileSchema.shape),
  ...Object.keys(journeyFileSchema.shape.steps.element.shape),
  ...SHORT_METHODS,
  'longestOutage',
  'availability',
  'status',
  'json',
  'contains',
  'matches',
  'latency',
];

/** A structural view of zod's issues: only what is read here. */
interface Issue {
  readonly code: string;
  readonly path: PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly Issue[])[];
}

function problemsOfIssue(issue: Issue, under: Path = []): Problem[] {
  const path = [...under, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  if (issue.code === 'unrecognized_keys') {
    return (issue.keys ?? []).map((key) => {
      const known = KEYS.includes(key);
      const similar = known ? undefined : nearest(key, KEYS);
      const hint = similar === undefined ? '' : `; did you mean '${similar}'?`;
      return { path: [...path, key], atKey: true, message: known ? 'does not belong here' : `is not known here${hint}` };
    });
  }
  if (issue.code === 'invalid_union' && issue.errors !== undefined && issue.errors.length > 0) {
    // The branch that came furthest tells best what was meant.
    const depth = (branch: readonly Issue[]): number =>
      Math.max(...branch.map((one) => one.path.length + (one.code === 'invalid_type' ? 0 : 0.5)));
    const best = issue.errors.reduce((a, b) => (depth(b) > depth(a) ? b : a));
    return best.flatMap((one) => problemsOfIssue(one, path));
  }
  const message = issue.message.replace(/^Invalid input: /, '').replace(/^expected (.+), received undefined$/, 'is missing ($1)');
  return [{ path, message }];
}

/** What a schema can not say: one URL per step, JSONPaths that parse, variables that exist. */
function problemsOf(file: JourneyFile, env: ParseJourneyOptions['env']): Problem[] {
  const known = new Set([...BUILT_IN_VARIABLES, ...Object.keys(env ?? {}).filter((name) => env?.[name] !== undefined)]);
  return file.steps.flatMap((step: StepFile, index) => {
    const at: Path = ['steps', index];
    const urls = [...SHORT_METHODS.filter((method) => step[method] !== undefined), ...(step.url === undefined ? [] : ['url'])];
    const problems: Problem[] = [];
    if (urls.length !== 1) {
      const said = urls.length === 0 ? 'has no URL; write get: URL' : `has several URLs (${urls.join(', ')})`;
      problems.push({ path: at, message: said });
    }
    const expect = expectFileOf(step.expect);
    for (const query of Object.keys(expect.json ?? {})) problems.push(...pathProblem(query, [...at, 'expect', 'json', query]));
    for (const [name, query] of Object.entries(step.capture ?? {})) problems.push(...pathProblem(query, [...at, 'capture', name]));
    if (env !== undefined) problems.push(...unknownVariables(step, at, known));
    for (const name of Object.keys(step.capture ?? {})) known.add(name);
    return problems;
  });
}

function pathProblem(query: string, path: Path): Problem[] {
  try {
    jsonpath.compile(query);
    return [];
  } catch (error) {
    return [{ path, message: `is not a JSONPath: ${messageOf(error)}` }];
  }
}

function unknownVariables(step: StepFile, at: Path, known: ReadonlySet<string>): Problem[] {
  const { capture: _capture, ...rest } = step;
  return Object.entries(rest).flatMap(([key, value]) =>
    textsIn(value)
      .flatMap(referencesIn)
      .filter(({ name, required }) => required && !known.has(name))
      .map(({ name }) => {
        const similar = nearest(name, known);
        const advice = similar === undefined ? 'set it in the environment or capture it in an earlier step' : `did you mean ${similar}?`;
        return { path: [...at, key], message: `no value is known for \${${name}}; ${advice}` };
      }),
  );
}

function expectFileOf(expect: StepFile['expect']): ExpectFile {
  if (expect === undefined) return {};
  return typeof expect === 'object' && !Array.isArray(expect) ? expect : { status: expect };
}

const list = <T>(value: T | readonly T[] | undefined): readonly T[] => {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T]; // T is never an array itself
};
const ms = (value: number | string): number => (typeof value === 'number' ? value * 1000 : parseDuration(value));
const textValues = (record: Readonly<Record<string, unknown>> | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(record ?? {}).map(([key, value]) => [key, String(value)]));

function toSpec(file: JourneyFile): JourneySpec {
  return {
    name: file.name,
    description: file.description ?? '',
    ratePerSecond: rateOf(file.rate),
    connection: file.connection ?? 'both',
    limits: toLimits(file.limits),
    steps: file.steps.map((step: StepFile) => toStep({ timeout: file.timeout, ...step }, textValues(file.headers))),
  };
}

function toLimits({ longestOutage, availability }: NonNullable<JourneyFile['limits']> = {}): JourneyLimits {
  return {
    longestOutageMs: longestOutage === undefined ? undefined : ms(longestOutage),
    availability: availability === undefined ? undefined : readShare(String(availability)),
  };
}

function toStep(step: StepFile, headers: Readonly<Record<string, string>>): StepSpec {
  const short = SHORT_METHODS.find((method) => step[method] !== undefined);
  const method = (step.method ?? short ?? 'get').toUpperCase();
  const url = (short === undefined ? step.url : step[short]) ?? '';
  return {
    name: step.name ?? `${method} ${url.replace(/^(\$\{[^}]*\}|\w+:\/\/[^/]*)/, '') || '/'}`,
    method,
    url,
    headers: { ...headers, ...textValues(step.headers) },
    body: step.body,
    expect: toExpectations(expectFileOf(step.expect)),
    capture: step.capture ?? {},
    timeoutMs: step.timeout === undefined ? DEFAULT_TIMEOUT_MS : ms(step.timeout),
    service: step.service,
    untilMs: step.until === undefined ? undefined : ms(step.until),
  };
}

function toExpectations(expect: ExpectFile): Expectations {
  return {
    status: expect.status === undefined ? ['2xx'] : list(expect.status),
    headers: textValues(expect.headers),
    json: expect.json ?? {},
    bodyContains: list(expect.contains),
    bodyMatches: list(expect.matches),
    latencyMs: expect.latency === undefined ? undefined : ms(expect.latency),
  };
}

const SECONDS_OF: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3600 };

/** Journeys per second: `2`, `2/s`, `30/m`. */
export function rateOf(rate: number | string | undefined): number {
  if (rate === undefined) return 1;
  if (typeof rate === 'number') return rate;
  const [, amount = '1', unit = 's'] = /^([\d.]+)\s*(?:\/\s*(\w+))?$/.exec(rate) ?? [];
  return Number(amount) / (SECONDS_OF[unit] ?? 1);
}

function label(path: Path): string {
  return path.length === 0
    ? ''
    : `${path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${part}`)).join('')} `;
}

function position(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${line}:${col}`;
}

/** Where a path stands in the text: the node itself, or the nearest one above it that exists. */
function locate(document: Document, lines: LineCounter, { path, atKey }: Problem): string {
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    if (isMap(parent) && (atKey === true || length < path.length)) {
      const key = parent.items.map((pair) => pair.key).find((key) => isScalar(key) && key.value === last);
      const offset = isScalar(key) ? key.range?.[0] : undefined;
      if (offset !== undefined) return position(lines, offset);
    }
    const node = document.getIn(path.slice(0, length), true) as Node | undefined; // `true` asks for nodes, not values
    const offset = node?.range?.[0];
    if (offset !== undefined) return position(lines, offset);
  }
  return position(lines, document.contents?.range?.[0] ?? 0);
}
