import { readFile } from 'node:fs/promises';
import type { ReportAssets } from '../report/index.ts';

/** The browser code of a report, from where the build puts it beside the command line's chunks. */
export async function reportAssets(): Promise<ReportAssets> {
  const asset = (name: string): Promise<string> => readFile(new URL(`../web/${name}`, import.meta.url), 'utf8');
  const [script, style] = await Promise.all([asset('report.js'), asset('report.css')]);
  return { script, style };
}
