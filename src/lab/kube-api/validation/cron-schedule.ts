/** Schedules as cron writes them. Source: github.com/robfig/cron v3, ParseStandard. */

interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const FIELDS: readonly Bounds[] = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { least: 0, most: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];
const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];
const EVERY = '@every ';
const DURATION = /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;

/** Why a text is no schedule, in the library's words; undefined when it is one. */
export function scheduleProblem(text: string): string | undefined {
  const zoned = /^(?:TZ|CRON_TZ)=(\S*) /.exec(text);
  const spec = zoned ? text.slice(zoned[0].length).trim() : text;
  if (spec.startsWith('@')) return descriptorProblem(spec);
  const parts = spec.split(/\s+/).filter((part) => part !== '');
  if (parts.length !== FIELDS.length) return `expected exactly ${FIELDS.length} fields, found ${parts.length}: [${parts.join(' ')}]`;
  for (const [index, bounds] of FIELDS.entries()) {
    for (const part of (parts[index] ?? '').split(',').filter((item) => item !== '')) {
      const problem = rangeProblem(part, bounds);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

function descriptorProblem(text: string): string | undefined {
  if (DESCRIPTORS.includes(text)) return undefined;
  if (!text.startsWith(EVERY)) return `unrecognized descriptor: ${text}`;
  const duration = text.slice(EVERY.length);
  return DURATION.test(duration) ? undefined : `failed to parse duration ${text}: time: invalid duration "${duration}"`;
}

type Read = number | { readonly problem: string };

function readNumber(text: string, names: readonly string[] = [], least = 0): Read {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + least;
  if (!/^[+-]?\d+$/.test(text)) return { problem: `failed to parse int from ${text}: strconv.Atoi: parsing "${text}": invalid syntax` };
  const value = Number(text);
  return value < 0 ? { problem: `negative number (${value}) not allowed: ${text}` } : value;
}

/** `*`, `5`, `1-5`, each with `/step`. */
function rangeProblem(text: string, { least, most, names }: Bounds): string | undefined {
  const [range = '', stepText, ...more] = text.split('/');
  const [low = '', high, ...tooMany] = range.split('-');
  let [start, end] = [least, most];
  if (low !== '*' && low !== '?') {
    const first = readNumber(low, names, least);
    if (typeof first !== 'number') return first.problem;
    if (tooMany.length > 0) return `too many hyphens: ${text}`;
    const last = high === undefined ? first : readNumber(high, names, least);
    if (typeof last !== 'number') return last.problem;
    [start, end] = [first, last];
  }
  if (more.length > 0) return `too many slashes: ${text}`;
  const step = stepText === undefined ? 1 : readNumber(stepText);
  if (typeof step !== 'number') return step.problem;
  // `5/10` begins at 5 and goes on to the end.
  if (stepText !== undefined && high === undefined) end = most;
  if (start < least) return `beginning of range (${start}) below minimum (${least}): ${text}`;
  if (end > most) return `end of range (${end}) above maximum (${most}): ${text}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${text}`;
  return step === 0 ? `step of range should be a positive number: ${text}` : undefined;
}
