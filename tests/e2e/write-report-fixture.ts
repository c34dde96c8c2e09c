/** Writes the invented report for looking at: node scripts/run.js tests/e2e/write-report-fixture.ts OUT.html [dist/web] */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildReport, renderHtml } from '../../src/report/index.ts';
import { reportFixture } from './report-fixture.ts';

const [out = 'dist/report-fixture.html', web = 'dist/web'] = process.argv.slice(2);
const assets = { script: await readFile(join(web, 'report.js'), 'utf8'), style: await readFile(join(web, 'report.css'), 'utf8') };
await mkdir(dirname(out), { recursive: true });
await writeFile(out, renderHtml(buildReport(reportFixture()), assets));
