import { escapeMarkup } from './escape.ts';
import { documentTables, runTables, type TextTable } from './report-tables.ts';
import type { ReportDocument } from './types.ts';

/** The report as headings, lists and tables without style or script: for browsers without JavaScript. */
export function renderPlainHtml(document: ReportDocument): string {
  return [
    `<h1>${escapeMarkup(document.title)}</h1>`,
    ...document.headline.map((sentence) => `<p>${escapeMarkup(sentence)}</p>`),
    ...documentTables(document).map((table) => tableHtml(table, 2)),
    ...listHtml('What remains', document.remaining),
    ...document.runs.flatMap((run) => [
      `<h2>${escapeMarkup(run.label)}: ${escapeMarkup(run.title)}</h2>`,
      `<p>${escapeMarkup(run.outcome.word)}. ${escapeMarkup(run.outcome.detail)}</p>`,
      ...listHtml(
        undefined,
        run.facts.map(({ name, value }) => `${name}: ${value}`),
      ),
      ...runTables(run).map((table) => tableHtml(table, 3)),
    ]),
    ...listHtml('What was done', document.notes),
  ].join('\n');
}

function listHtml(title: string | undefined, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const list = `<ul>${items.map((item) => `<li>${escapeMarkup(item)}</li>`).join('')}</ul>`;
  return title === undefined ? [list] : [`<h2>${escapeMarkup(title)}</h2>`, list];
}

function tableHtml({ title, header, rows }: TextTable, level: 2 | 3): string {
  const head = header.map((cell) => `<th scope="col">${escapeMarkup(cell)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${escapeMarkup(cell)}</td>`).join('')}</tr>`).join('');
  return `<h${level}>${escapeMarkup(title)}</h${level}><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}
