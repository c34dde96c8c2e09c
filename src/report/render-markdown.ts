import { escapeMarkdown } from './escape.ts';
import { documentTables, runTables, type TextTable } from './report-tables.ts';
import type { ReportDocument } from './types.ts';

/** The report for a pull request or a job summary: GitHub's Markdown, without HTML. */
export function renderMarkdown(document: ReportDocument): string {
  const parts = [
    `# ${escapeMarkdown(document.title)}`,
    ...document.headline.map(escapeMarkdown),
    ...documentTables(document).map((table) => tableText(table, '##')),
    ...list('## What remains', document.remaining),
    ...document.runs.flatMap((run) => [
      `## ${escapeMarkdown(run.label)}: ${escapeMarkdown(run.title)}`,
      `**${escapeMarkdown(run.outcome.word)}.** ${escapeMarkdown(run.outcome.detail)}`,
      ...list(
        undefined,
        run.facts.map(({ name, value }) => `${name}: ${value}`),
      ),
      ...runTables(run).map((table) => tableText(table, '###')),
    ]),
    ...list('## What was done', document.notes),
  ];
  return `${parts.join('\n\n')}\n`;
}

function list(title: string | undefined, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const text = items.map((item) => `- ${escapeMarkdown(item)}`).join('\n');
  return title === undefined ? [text] : [title, text];
}

function tableText({ title, header, rows }: TextTable, level: string): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  return `${level} ${title}\n\n${[line(header), `|${header.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n')}`;
}
