/** The undo log: one JSON record a line, each with a checksum; what is torn or flipped is found, what is sound is used. */
import { z } from 'zod/mini';
import { messageOf } from '../../base/index.ts';
import { checksum } from './checksum.ts';

const Plan = z.object({
  type: z.literal('plan'),
  seq: z.number(),
  id: z.string(),
  undo: z.string(),
  state: z.record(z.string(), z.unknown()),
  summary: z.string(),
  targets: z.array(z.string()),
  activity: z.string(),
  /** The groups of secrets that the activity named: the undo signs in with these. */
  secretGroups: z.optional(z.array(z.string())),
  at: z.string(),
});
const Result = z.object({
  type: z.literal('result'),
  seq: z.number(),
  id: z.string(),
  status: z.enum(['mended', 'already-mended', 'still-broken']),
  detail: z.array(z.string()),
  by: z.string(),
  at: z.string(),
});
const Source = z.object({
  /** The experiment's file, absolute, or its address. */
  file: z.string(),
  sha256: z.string(),
  /** Names, never values: of `--var`, of files with variables, of the environment variables that configuration and secrets name. */
  variables: z.array(z.string()),
  variableFiles: z.array(z.string()),
  env: z.array(z.string()),
  /** The cluster: a kubeconfig file and its context, where they were named. */
  kubeconfig: z.optional(z.string()),
  context: z.optional(z.string()),
  /** It ran in the lab that `lab up` started. */
  lab: z.optional(z.boolean()),
});
const Begin = z.object({
  type: z.literal('begin'),
  seq: z.number(),
  runId: z.string(),
  title: z.string(),
  seed: z.string(),
  pid: z.number(),
  /** Tells this process from a later one with the same number. */
  process: z.string(),
  at: z.string(),
  /** When it began by the wall's clock; `at` is of the run's, which a lab's may run away from. Absent in old logs. */
  wallAt: z.optional(z.string()),
  /** `speed:originMs:wallOriginMs` of the lab's clock; empty on the wall's. */
  clock: z.optional(z.string()),
  source: z.optional(Source),
});
const End = z.object({ type: z.literal('end'), seq: z.number(), outcome: z.string(), at: z.string() });
const AnyRecord = z.discriminatedUnion('type', [Begin, Plan, Result, End]);

export type UndoLogRecord = z.infer<typeof AnyRecord>;
export type PlanRecord = z.infer<typeof Plan>;
export type ResultRecord = z.infer<typeof Result>;
/** Where a run's configuration and secrets come from, so that they can be found again after its death. No secret is in it. */
export type RunSource = z.infer<typeof Source>;
export type BeginRecord = z.infer<typeof Begin>;

/** One line of the log. */
export function encodeRecord(record: UndoLogRecord): string {
  const body = JSON.stringify(record);
  return `${checksum(body)} ${body}\n`;
}

export interface DecodedLog {
  readonly records: readonly UndoLogRecord[];
  /** In words, one for each line that is not sound or number that is missing. */
  readonly damage: readonly string[];
  /** A record is lost that was on the disk; one that is torn at the end never was, so nothing acted on it. */
  readonly lost: boolean;
}

/** Reads a log's text. Every sound record is returned, whatever stands around it. */
export function decodeLog(text: string): DecodedLog {
  const records: UndoLogRecord[] = [];
  const damage: string[] = [];
  const lines = text.split('\n');
  const rest = lines.pop() ?? '';
  let lastIsUnsound = false;
  for (const [index, line] of lines.entries()) {
    const record = decodeLine(line);
    lastIsUnsound = typeof record === 'string';
    if (typeof record === 'string') damage.push(`line ${index + 1}${looksLike(line)}: ${record}`);
    else records.push(record);
  }
  if (rest !== '') {
    const record = decodeLine(rest);
    if (typeof record === 'string') damage.push(`line ${lines.length + 1} is torn: the write did not end`);
    else records.push(record);
  }
  const sequence = new Set(records.map((record) => record.seq));
  const last = Math.max(-1, ...sequence);
  // A torn write is closed with a line end and its number used again, so what is lost shows as a gap, or as a whole last line.
  let lost = rest === '' && lastIsUnsound;
  for (let seq = 0; seq <= last; seq++) {
    if (sequence.has(seq)) continue;
    lost = true;
    damage.push(`record ${seq} is missing`);
  }
  return { records, damage, lost };
}

/** What an unsound line seems to be, for whoever looks at it: `, by its looks plan 1 ("start instance 9")`. Nothing acts on that. */
function looksLike(line: string): string {
  const type = /"type":"(begin|plan|result|end)"/.exec(line)?.[1];
  const summary = /"summary":"([^"\\]{1,120})"/.exec(line)?.[1];
  if (type === undefined) return '';
  const seq = /"seq":(\d+)/.exec(line)?.[1];
  return `, by its looks record ${seq ?? '?'}, a ${type}${summary === undefined ? '' : ` ("${summary}")`}`;
}

function decodeLine(line: string): UndoLogRecord | string {
  const space = line.indexOf(' ');
  const body = line.slice(space + 1);
  if (space !== 8 || checksum(body) !== line.slice(0, 8)) return 'the checksum does not fit';
  try {
    const parsed = z.safeParse(AnyRecord, JSON.parse(body));
    return parsed.success ? parsed.data : 'the record has an unknown shape';
  } catch (thrown) {
    return messageOf(thrown);
  }
}

/** Plans that no result says to be mended, newest first: the order in which they are undone. */
export function pendingPlans(records: readonly UndoLogRecord[]): PlanRecord[] {
  const mended = new Set(
    records
      .filter((record): record is ResultRecord => record.type === 'result' && record.status !== 'still-broken')
      .map((record) => record.id),
  );
  const plans = records.filter((record): record is PlanRecord => record.type === 'plan' && !mended.has(record.id));
  return plans.toSorted((a, b) => b.seq - a.seq);
}
