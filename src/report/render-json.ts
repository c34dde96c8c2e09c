import type { ReportDocument } from './types.ts';

/** The document itself, for other programs. Its `schema` changes when a key changes its meaning or goes. */
export function renderJson(document: ReportDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
