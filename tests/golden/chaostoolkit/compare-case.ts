/** Whether what came of a case is what was recorded, or, for a case with a defect, what is wanted instead. */
import { isDeepStrictEqual } from 'node:util';
import type { Observation, RecordedCase } from './recorded-case.ts';
import { WANTED } from './wanted.ts';

/** The first difference in words; undefined when there is none. */
export function differenceOf(recorded: RecordedCase, seen: Observation): string | undefined {
  if (recorded.defect !== null) {
    const wanted = WANTED[recorded.id];
    return wanted === undefined ? `no check is written for what is wanted: ${recorded.wanted ?? ''}` : wanted(seen, recorded);
  }
  const { expect } = recorded;
  if (seen.exit !== expect.exit) return `exit ${seen.exit} instead of ${expect.exit}: ${seen.stderr.trim().split('\n').at(-1) ?? ''}`;
  if (expect.usage_error !== undefined) return undefined;
  return (
    differenceOfLogs(recorded, seen) ??
    differenceOfJournals(recorded, seen) ??
    differenceOfFiles(recorded, seen) ??
    differenceOfRequests(recorded, seen) ??
    differenceOfTime(recorded, seen)
  );
}

function differenceOfLogs({ expect, loose = [] }: RecordedCase, { logs }: Observation): string | undefined {
  const wanted = expect.logs.map(normalLine);
  const found = logs.map(normalLine);
  if (loose.includes('log-order') || loose.includes('during-count')) {
    const unique = (lines: readonly string[]): string[] => [...new Set(lines)].toSorted();
    if (isDeepStrictEqual(unique(wanted), unique(found))) return undefined;
    const missing = wanted.find((line) => !found.includes(line));
    const extra = found.find((line) => !wanted.includes(line));
    return `log: missing ${JSON.stringify(missing)}, extra ${JSON.stringify(extra)}`;
  }
  for (let index = 0; index < Math.max(wanted.length, found.length); index++) {
    if (wanted[index] !== found[index]) return `log line ${index + 1}: ${JSON.stringify(found[index])} instead of ${JSON.stringify(wanted[index])}`;
  }
  return undefined;
}

function normalLine(line: string): string {
  return line.replace(/(failed to connect to \S+: ).*$/s, '$1<detail>').replace(/experiment after \S+% hypothesis/, 'experiment after <n>% hypothesis');
}

function differenceOfJournals(recorded: RecordedCase, { journal }: Observation): string | undefined {
  const wanted = recorded.expect.journal;
  if (wanted === null) return journal === null || isUnfinished(journal) ? undefined : 'a journal was written, none was wanted';
  if (journal === null) return 'no journal was written';
  const found = normalJournal(journal);
  const loosened = recorded.loose?.includes('during-count') === true;
  return firstDifference(loosened ? withoutCount(wanted) : wanted, loosened ? withoutCount(found) : found, recorded.loose ?? [], 'journal');
}

/** A journal that is written while the run goes on and then cut off: the original has none. */
function isUnfinished(journal: unknown): boolean {
  return isRecord(journal) && isRecord(journal['evenkeel']) && journal['evenkeel']['unfinished'] === true;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutCount(journal: unknown): unknown {
  if (!isRecord(journal) || !isRecord(journal['steady_states'])) return journal;
  const during = journal['steady_states']['during'];
  const values = new Set(Array.isArray(during) ? during.map((state: unknown) => JSON.stringify(isRecord(state) ? state['steady_state_met'] : state)) : []);
  return { ...journal, steady_states: { ...journal['steady_states'], during: [...values].toSorted() } };
}

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  'chaoslib-version': '<version>',
  platform: '<platform>',
  node: '<node>',
  start: '<time>',
  end: '<time>',
  duration: '<n>',
};

function normalJournal(journal: unknown): unknown {
  if (!isRecord(journal)) return journal;
  const { evenkeel: _, ...rest } = journal;
  const top = placeholders(rest);
  const states = isRecord(top['steady_states']) ? top['steady_states'] : {};
  const state = (value: unknown): unknown => (isRecord(value) && Array.isArray(value['probes']) ? { ...value, probes: value['probes'].map(normalRun) } : value);
  const list = (value: unknown): unknown => (Array.isArray(value) ? value.map(normalRun) : value);
  const during = Array.isArray(states['during']) ? states['during'].map(state) : states['during'];
  return {
    ...top,
    steady_states: { before: state(states['before']), after: state(states['after']), during },
    run: list(top['run']),
    rollbacks: list(top['rollbacks']),
  };
}

function placeholders(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, value === null ? null : (PLACEHOLDERS[key] ?? value)]));
}

function normalRun(run: unknown): unknown {
  if (!isRecord(run)) return run;
  const normal = placeholders(run);
  const { exception } = normal;
  if (Array.isArray(exception)) normal['exception'] = ['<traceback>', normalLine(String(exception.at(-1)).trim())];
  const { output, activity } = normal;
  const isHttp = isRecord(activity) && isRecord(activity['provider']) && activity['provider']['type'] === 'http';
  if (isHttp && isRecord(output) && isRecord(output['headers'])) {
    const kept = Object.entries(output['headers']).filter(([name]) => /^(content-type|x-.*)$/i.test(name));
    normal['output'] = { ...output, headers: Object.fromEntries(kept) };
  }
  return normal;
}

function firstDifference(wanted: unknown, found: unknown, loose: readonly string[], path: string): string | undefined {
  if (loose.includes('stderr-text') && path.endsWith('.stderr')) return undefined;
  if (Array.isArray(wanted) && Array.isArray(found)) {
    if (wanted.length !== found.length) return `${path} has ${found.length} entries instead of ${wanted.length}`;
    for (const [index, item] of wanted.entries()) {
      const difference = firstDifference(item, found[index], loose, `${path}[${index}]`);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  if (isRecord(wanted) && isRecord(found)) {
    const keys = Object.keys(wanted);
    if (keys.join() !== Object.keys(found).join()) return `${path} has the keys ${Object.keys(found).join()} instead of ${keys.join()}`;
    for (const key of keys) {
      const difference = firstDifference(wanted[key], found[key], loose, `${path}.${key}`);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  if (wanted === found || (typeof wanted === 'string' && typeof found === 'string' && normalText(wanted) === normalText(found))) return undefined;
  return `${path} is ${shorten(found)} instead of ${shorten(wanted)}`;
}

const normalText = (text: string): string => text.replace(/0x[0-9a-f]+/g, '0x<addr>');

function shorten(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined').slice(0, 160);
}

function differenceOfFiles({ expect }: RecordedCase, { filesAfter }: Observation): string | undefined {
  return firstDifference(sorted(expect.files_after ?? {}), sorted(filesAfter), [], 'files');
}

function sorted(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function differenceOfRequests({ expect, loose = [] }: RecordedCase, { requests }: Observation): string | undefined {
  if (expect.requests === undefined || loose.includes('requests')) return undefined;
  return firstDifference(canonical(expect.requests), canonical(normalRequests(requests)), [], 'requests');
}

/** Objects with sorted keys: the order of headers and of a form's keys on the wire is compared elsewhere. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  return isRecord(value) ? sorted(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, canonical(item)]))) : value;
}

/** Bodies of notifications carry journals. */
function normalRequests(requests: readonly unknown[]): unknown[] {
  return requests.map((request) => {
    const body = isRecord(request) ? request['body'] : undefined;
    if (!isRecord(request) || !isRecord(body) || !('ts' in body)) return request;
    const { payload } = body;
    return { ...request, body: { ...body, ts: '<n>', payload: isRecord(payload) && 'steady_states' in payload ? normalJournal(payload) : payload } };
  });
}

function differenceOfTime({ elapsed }: RecordedCase, { seconds }: Observation): string | undefined {
  if (elapsed?.min_s !== undefined && seconds < elapsed.min_s) return `took ${seconds.toFixed(2)} s, at least ${elapsed.min_s} s were wanted`;
  // A machine that does other work is slow: only far more than was recorded tells of a wait that should not be.
  if (elapsed?.max_s !== undefined && seconds > elapsed.max_s * 2 + 5) return `took ${seconds.toFixed(2)} s, at most ${elapsed.max_s} s were wanted`;
  return undefined;
}
