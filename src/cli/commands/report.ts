import { basename, extname } from 'node:path';
import { z } from 'zod/mini';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import type { Journal } from '../../experiment/index.ts';
import {
  type PlanInput,
  type ReportInput,
  buildReport,
  findingsOf,
  renderHtml,
  renderJson,
  renderJunit,
  renderMarkdown,
  renderSarif,
} from '../../report/index.ts';
import { type Command, listOption, textOption } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { reportAssets } from '../report-assets.ts';
import { version } from '../version.ts';

const FORMATS = ['html', 'md', 'junit', 'json', 'sarif'] as const;
type Format = (typeof FORMATS)[number];
const FORMAT_OF_ENDING: Readonly<Record<string, Format>> = {
  '.html': 'html',
  '.htm': 'html',
  '.md': 'md',
  '.xml': 'junit',
  '.json': 'json',
  '.sarif': 'sarif',
};

export const reportCommand: Command = {
  description:
    'Makes a report of one or more journals; of several, the first is put before the last. Journals of the Chaos Toolkit itself will do.',
  arguments: [{ name: '<journal...>', description: 'journal files, in the order of the runs' }],
  options: [
    { flags: '-o, --output <file>', description: 'where to write it (default: standard output)' },
    { flags: '--format <format>', description: "default: the file's ending, else md", choices: FORMATS },
    { flags: '--label <text>', description: 'name of a run (may be repeated, in the order of the journals)', repeats: true },
    { flags: '--plan <file>', description: 'the plan between the runs, as `harden -o json` prints it' },
    { flags: '--title <text>', description: 'title' },
  ],
  examples: [
    { command: 'evenkeel report journal.json -o report.html', does: 'one run, self-contained' },
    { command: 'evenkeel report before.json after.json --plan plan.json -o report.html', does: 'before beside after' },
  ],
  run: async ({ args, options }, context) => {
    const output = textOption(options, 'output');
    const labels = listOption(options, 'label');
    const plan = textOption(options, 'plan');
    const journals = await Promise.all(args.map((path) => readJournal(path, context)));
    const input: ReportInput = {
      title: textOption(options, 'title') ?? journals[0]?.experiment.title ?? 'Report',
      runs: journals.map((journal, index) => ({ label: labels[index] ?? defaultLabel(args, index), journal })),
      ...(plan === undefined ? {} : { plan: await readPlan(plan, context) }),
      // The wall's time, whatever clock the runs had.
      generatedAt: new Date().toISOString(),
    };
    const text = await renderReport(input, formatFor(textOption(options, 'format'), output));
    if (output === undefined) context.print(text.trimEnd());
    else {
      await context.writeFile(output, text);
      context.say(`Report: ${output}`);
    }
    return 0;
  },
};

/** Renders a report in a format. */
export async function renderReport(input: ReportInput, format: Format): Promise<string> {
  const document = buildReport(input);
  switch (format) {
    case 'html':
      return renderHtml(document, await reportAssets());
    case 'md':
      return renderMarkdown(document);
    case 'junit':
      return renderJunit(document);
    case 'json':
      return renderJson(document);
    case 'sarif':
      return renderSarif(findingsOf(document), { toolVersion: version });
  }
}

function formatFor(format: string | undefined, output: string | undefined): Format {
  const named =
    FORMATS.find((candidate) => candidate === format) ?? (output === undefined ? 'md' : FORMAT_OF_ENDING[extname(output).toLowerCase()]);
  if (named) return named;
  throw new EvenkeelError('USAGE', `no format is known by the ending of ${output ?? ''}`, {
    blame: 'input',
    hint: `Name it: --format ${FORMATS.join('|')}`,
  });
}

function defaultLabel(paths: readonly string[], index: number): string {
  if (paths.length === 2) return index === 0 ? 'before' : 'after';
  return basename(paths[index] ?? '', '.json');
}

const JournalShape = z.looseObject({
  experiment: z.looseObject({ title: z.string() }),
  status: z.string(),
  run: z.array(z.unknown()),
  start: z.string(),
});
const PlanShape = z.looseObject({
  changes: z.array(z.unknown()),
  leftAlone: z.array(z.unknown()),
  proof: z.array(z.unknown()),
  remaining: z.array(z.unknown()),
  proven: z.boolean(),
});

async function readJournal(path: string, context: CommandContext): Promise<Journal> {
  return (await readShape(path, JournalShape, 'a journal', context)) as unknown as Journal; // the report copes with whatever else is missing
}

async function readPlan(path: string, context: CommandContext): Promise<PlanInput> {
  return (await readShape(path, PlanShape, 'a plan of `harden -o json`', context)) as unknown as PlanInput; // written by planData of harden
}

async function readShape<T>(path: string, shape: z.ZodMiniType<T>, what: string, context: CommandContext): Promise<T> {
  const text = await context.readFile(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new EvenkeelError('INVALID_INPUT', `${path} is not ${what}: it is no JSON`, {
      blame: 'input',
      hint: 'A journal is what `run` writes (--journal-path, journal.json), not the experiment.',
    });
  }
  try {
    return z.parse(shape, value);
  } catch (error) {
    const why = error instanceof z.core.$ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : messageOf(error);
    throw new EvenkeelError('INVALID_INPUT', `${path} is not ${what}: ${why}`, { blame: 'input' });
  }
}
