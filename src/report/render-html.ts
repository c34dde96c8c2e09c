import { createHash } from 'node:crypto';
import { escapeMarkup, jsonForScript } from './escape.ts';
import { renderPlainHtml } from './render-plain-html.ts';
import type { ReportDocument } from './types.ts';

/** What `scripts/build-web.js` makes: the bundled components and their style sheet, as texts. */
export interface ReportAssets {
  readonly script: string;
  readonly style: string;
}

/**
 * One HTML file that needs nothing else: no request leaves it, and its content security policy forbids that any could.
 * Without JavaScript the same facts are there as plain headings, lists and tables.
 */
export function renderHtml(document: ReportDocument, { script, style }: ReportAssets): string {
  const safeScript = script.replace(/<\/(script)/gi, '<\\/$1').replace(/<!--/g, '<\\!--');
  const safeStyle = style.replace(/<\/(style)/gi, '<\\/$1');
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(safeScript)}`,
    `style-src ${hashOf(safeStyle)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy.join('; ')}">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="evenkeel">
<title>${escapeMarkup(document.title)}</title>
<style>${safeStyle}</style>
</head>
<body>
<div id="app"></div>
<noscript>
${renderPlainHtml(document)}
</noscript>
<script type="application/json" id="report-data">${jsonForScript(document)}</script>
<script>${safeScript}</script>
</body>
</html>
`;
}

/** The source expression of a content security policy for an inline element. */
function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;
}
