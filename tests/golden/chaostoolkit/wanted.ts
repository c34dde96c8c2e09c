/** For each recorded case with a defect: what a good replacement does instead (field `wanted`), as a check. */
import type { Observation, RecordedCase } from './recorded-case.ts';

/** Undefined when it is as wanted, else what is not. */
type Check = (seen: Observation, recorded: RecordedCase) => string | undefined;

type Part = Record<string, unknown>;

const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null && !Array.isArray(value);
const journalOf = (seen: Observation): Part => (isPart(seen.journal) ? seen.journal : {});
const listOf = (value: unknown): Part[] => (Array.isArray(value) ? value.filter(isPart) : []);
const runOf = (seen: Observation): Part[] => listOf(journalOf(seen)['run']);
const nameOf = (run: Part): unknown => (isPart(run['activity']) ? run['activity']['name'] : undefined);
const probesOf = (seen: Observation, when: string): Part[] => {
  const states = journalOf(seen)['steady_states'];
  const state = isPart(states) ? states[when] : undefined;
  return isPart(state) ? listOf(state['probes']) : [];
};

/** All of several checks. */
const all =
  (...checks: readonly Check[]): Check =>
  (seen, recorded) => {
    for (const check of checks) {
      const difference = check(seen, recorded);
      if (difference !== undefined) return difference;
    }
    return undefined;
  };
const says =
  (condition: (seen: Observation, recorded: RecordedCase) => boolean, words: string): Check =>
  (seen, recorded) =>
    condition(seen, recorded) ? undefined : `${words} (exit ${seen.exit}; ${seen.logs.at(-1) ?? 'no log'})`;

const exits = (code: number): Check => says((seen) => seen.exit === code, `exit ${code} is wanted`);
const noCrash = says((seen) => !/^\s+at .*\.m?[jt]s:\d+/m.test(seen.stderr), 'a clean error is wanted, no stack');
const noJournal = says((seen) => seen.journal === null, 'no journal is wanted');
const errorSays = (pattern: RegExp): Check => says((seen) => seen.logs.some((line) => /^(ERROR|CRITICAL) /.test(line) && pattern.test(line)), `an error line with ${pattern} is wanted`);
const cleanError = (pattern: RegExp): Check => all(exits(1), noCrash, noJournal, errorSays(pattern));
const status = (...allowed: readonly string[]): Check =>
  says((seen) => allowed.includes(String(journalOf(seen)['status'])) && 'end' in journalOf(seen), `a journal with the status ${allowed.join(' or ')} is wanted`);
const deviated = (value: boolean): Check => says((seen) => journalOf(seen)['deviated'] === value, `deviated ${value} is wanted`);
const completed = all(exits(0), status('completed'), deviated(false));
const files = (...names: readonly string[]): Check => says((seen) => Object.keys(seen.filesAfter).toSorted().join() === names.toSorted().join(), `the files ${names.join()} are wanted`);
const ran = (name: string, outcome: string | undefined): Check =>
  says((seen) => runOf(seen).some((run) => nameOf(run) === name && run['status'] === outcome), `the activity '${name}' is wanted to be ${outcome ?? 'without status'}`);
const notMet = (when: 'before' | 'after'): Check =>
  says((seen) => probesOf(seen, when).at(-1)?.['tolerance_met'] === false, `a tolerance that is not met ${when} the method is wanted`);

/** A gate that is not met: failed, the method not played. */
const gateMissed = all(exits(1), status('failed'), says((seen) => runOf(seen).length === 0, 'no method is wanted'), notMet('before'));
const deviatedAfter = all(exits(1), notMet('after'), deviated(true));

export const WANTED: Readonly<Record<string, Check>> = {
  'background-crash': all(exits(1), status('failed', 'aborted')),
  'config-dynamic-leaks-secrets': all(
    says((seen) => seen.journal !== null, 'a journal is wanted'),
    says((seen, recorded) => {
      const configuration = isPart(journalOf(seen)['experiment']) ? (journalOf(seen)['experiment'] as Part)['configuration'] : undefined;
      const text = JSON.stringify(configuration);
      return Object.values(recorded.env).every((secret) => !text.includes(JSON.stringify(secret)));
    }, 'no secret in the journal is wanted'),
  ),
  'config-env-bad-int': cleanError(/int/i),
  'config-env-bytes': all(exits(0), says((seen) => !JSON.stringify(seen.journal).includes("b'"), 'bytes as text are wanted')),
  'config-env-default-null-int': all(noCrash, says((seen) => seen.exit === 0 || seen.exit === 1, 'a clean end is wanted')),
  'config-env-unknown-type': cleanError(/int.*float|str.*int/),
  'continuous-recovers': all(exits(1), deviated(true)),
  'exit-crash-in-gate': all(exits(1), status('failed'), says((seen) => probesOf(seen, 'before')[0]?.['status'] === 'failed', 'a failed probe is wanted')),
  'exit-crash-in-rollback': all(
    exits(1),
    says((seen) => seen.journal !== null, 'a journal is wanted'),
    says((seen) => listOf(journalOf(seen)['rollbacks']).some((run) => run['status'] === 'failed'), 'a failed rollback is wanted'),
    says((seen) => 'undone2' in seen.filesAfter || 'undone1' in seen.filesAfter, 'the other rollbacks are wanted'),
  ),
  'http-int-header': all(
    completed,
    says((seen) => JSON.stringify(seen.requests).includes('"x-n":"5"'), 'the header as text is wanted'),
  ),
  'http-invalid-json': all(noCrash, says((seen) => runOf(seen)[0]?.['status'] !== undefined && journalOf(seen)['status'] === 'completed', 'a status is wanted')),
  'http-load-other-type': cleanError(/./),
  'http-load-refused': cleanError(/connect/),
  'http-method-head-json': all(completed, says((seen) => JSON.stringify(runOf(seen)[0]?.['output'] ?? '').includes('"body":""'), 'an empty text is wanted')),
  'http-post-lower-case-header': all(
    completed,
    says((seen) => seen.requests.some((request) => isPart(request) && isPart(request['body'])), 'a JSON body is wanted'),
  ),
  'http-redirect-loop': all(ran('loop', 'failed'), status('completed'), exits(0)),
  'load-json-bom': all(exits(0), status('completed')),
  'load-json-invalid': cleanError(/1:11/),
  'load-other-extension': cleanError(/json.*ya?ml/),
  'load-unserialisable-output': says((seen) => isPart(seen.journal) && !('unreadable' in seen.journal) && 'end' in seen.journal, 'a complete journal is wanted'),
  'matrix-deviated-during-method-only-default': all(exits(1), deviated(true)),
  'matrix-gate-failed-during-method-only-default': all(exits(1), status('failed')),
  'matrix-gate-missed-before-method-only-default': gateMissed,
  'matrix-gate-missed-continuously-default': gateMissed,
  'matrix-gate-missed-default-always': all(gateMissed, files('undone1', 'undone2')),
  'matrix-gate-missed-default-never': all(gateMissed, files()),
  'python-positional-only': cleanError(/./),
  'ref-rollback-to-rollback': all(exits(0), status('completed'), says((seen) => listOf(journalOf(seen)['rollbacks']).every((run) => run['status'] === 'succeeded'), 'rollbacks are wanted')),
  'runtime-partial-block': says(
    (seen, recorded) => recorded.expect.exit === seen.exit && seen.logs.some((line) => /strategy: (?!default)/.test(line)),
    'the strategy of the settings is wanted',
  ),
  'runtime-unknown-hypothesis': cleanError(/continuously/),
  'runtime-unknown-rollbacks': cleanError(/deviated/),
  'secrets-scalar-target': cleanError(/object/),
  'secrets-target-is-env': says((seen) => (seen.exit === 1 && seen.logs.some((line) => /^ERROR .*object/.test(line))) || seen.exit === 0, 'a clear refusal is wanted'),
  'signal-sigkill': says((seen) => isPart(seen.journal) && !('unreadable' in seen.journal), 'a readable journal is wanted'),
  'signal-sigterm-python': all(exits(1), status('interrupted'), says((seen) => !('step2' in seen.filesAfter), 'the method is wanted to stop')),
  'sub-method-not': says((seen) => seen.exit === 0 || seen.logs.some((line) => /^ERROR .*method/i.test(line)), 'the method substituted or refused is wanted'),
  'sub-pause-text': says((seen) => seen.exit === 0 || seen.journal === null, 'the pause accepted, or refused before the method, is wanted'),
  'sub-tolerance-jsonpath-path': all(exits(0), status('completed'), deviated(false)),
  'tol-list2-mixed-types': deviatedAfter,
  'tol-probe-process': all(exits(1), deviated(true)),
  'tol-range-null': deviatedAfter,
  'tol-regex-number': says((seen) => seen.journal !== null && probesOf(seen, 'after').length === 1, 'a judged probe is wanted'),
  'tol-regex-target-missing': deviatedAfter,
  'validate-activity-text': cleanError(/object/),
  'validate-jsonpath-path-number': cleanError(/path/),
  'validate-method-null': cleanError(/requires a method/),
  'validate-takes-no-var': all(exits(0), noCrash),
  'var-does-not-help-validation': all(exits(0), status('completed')),
  'yaml-path-true-boolean': cleanError(/path/),
};
