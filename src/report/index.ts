export { buildReport } from './build-report.ts';
export { outcomeOf, VERDICT_WORDS } from './outcome-words.ts';
export { findingsOf } from './findings-of.ts';
export { renderHtml, type ReportAssets } from './render-html.ts';
export { renderJson } from './render-json.ts';
export { renderJunit } from './render-junit.ts';
export { renderMarkdown } from './render-markdown.ts';
export { renderSarif, type SarifOptions } from './render-sarif.ts';
export type * from './types.ts';
