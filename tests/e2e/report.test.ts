/** The report as a reader meets it: a file in a real browser, cut off from any network. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Result } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildReport, renderHtml, type ReportAssets, type ReportInput } from '../../src/report/index.ts';
import { reportFixture } from './report-fixture.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const executable = [process.env['CHROMIUM_PATH'] ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => path !== '' && existsSync(path),
);
const canSkip = executable === undefined && process.env['CI'] === undefined;
if (canSkip) console.warn('tests/e2e/report.test.ts is skipped: no Chromium is installed (apt-get install chromium), and CI is not set.');

const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

describe.skipIf(canSkip)('the HTML report in a browser', () => {
  let browser: Browser;
  let folder: string;
  let assets: ReportAssets;
  let axe: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'evenkeel-report-'));
    await promisify(execFile)(process.execPath, [join(root, 'scripts/build-web.js'), folder], { timeout: 60_000 });
    assets = { script: await readFile(join(folder, 'report.js'), 'utf8'), style: await readFile(join(folder, 'report.css'), 'utf8') };
    // For looking at it: KEEP_REPORT=report.html npx vitest run tests/e2e/report.test.ts
    const keep = process.env['KEEP_REPORT'];
    if (keep !== undefined) await writeFile(keep, renderHtml(buildReport(reportFixture()), assets));
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    browser = await chromium.launch({ ...(executable === undefined ? {} : { executablePath: executable }), args: FLAGS.split(' ') });
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Opens a report; what the page asks of a network, or complains of, ends in `trouble`. */
  async function open(input: ReportInput, options: BrowserContextOptions = {}): Promise<{ page: Page; trouble: string[] }> {
    const file = join(folder, 'report.html');
    await writeFile(file, renderHtml(buildReport(input), assets));
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const trouble: string[] = [];
    page.on('console', (message) => void trouble.push(message.text()));
    page.on('pageerror', (error) => void trouble.push(error.message));
    page.on('request', (request) => void (request.url().startsWith('file:') || trouble.push(request.url())));
    await page.goto(pathToFileURL(file).href);
    return { page, trouble };
  }

  async function violations(page: Page): Promise<string[]> {
    const found: Result[] = await page.evaluate(`${axe}; axe.run(document).then(({ violations }) => violations)`);
    return found.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${String(target)} ${failureSummary}`).join(' | ')}`,
    );
  }

  it.each(['light', 'dark'] as const)('has no accessibility violation that axe knows (%s)', async (colorScheme) => {
    const { page, trouble } = await open(reportFixture(), { colorScheme });
    await page.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true");
    expect(await violations(page)).toEqual([]);
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  it('tells the answer first, before any evidence', async () => {
    const { page } = await open(reportFixture());
    const [before, after] = await page.locator('.answer-text').allTextContents();
    expect(before?.replaceAll('\u00A0', ' ')).toMatch(/^One node down left users without .* for 5 min 5\d s\.$/);
    expect(after?.replaceAll('\u00A0', ' ')).toMatch(/fail for 4\d s\.$/);
    await page.context().close();
  });

  it('is read moment by moment with the keyboard alone', async () => {
    const { page } = await open(reportFixture());
    const timeline = page.getByRole('slider', { name: 'Timeline of the run before' });
    await timeline.focus();
    for (let press = 0; press < 20; press++) await page.keyboard.press('ArrowRight');
    const said = (await timeline.getAttribute('aria-valuetext')) ?? '';
    expect(said).toMatch(/^\+1:\d\d: .*NotReady.*journey contacts: \d+ of \d+ steps failed$/);
    await page.keyboard.press('Escape');
    expect(await timeline.getAttribute('aria-valuetext')).toBe('at the failure');
    await page.context().close();
  });

  it('fits a narrow screen', async () => {
    const { page } = await open(reportFixture(), { viewport: { width: 390, height: 800 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    // Labels beside each other, none over another, none beyond the edge.
    const labels = await page.locator('.moment').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON() as DOMRect));
    expect(labels).toHaveLength(4);
    for (let index = 0; index < labels.length; index += 2) expect(labels[index]?.right).toBeLessThan(labels[index + 1]?.left ?? 0);
    expect(Math.max(...labels.map(({ right }) => right))).toBeLessThanOrEqual(390);
    expect(await violations(page)).toEqual([]);
    await page.context().close();
  });

  it('tells the same without JavaScript', async () => {
    const { page } = await open(reportFixture(), { javaScriptEnabled: false });
    expect(await page.locator('noscript').innerText()).toContain('left users without');
    await page.context().close();
  });

  it('shows a journal of the original tool', async () => {
    const { runs, ...rest } = reportFixture();
    const [first] = runs;
    if (first === undefined) throw new Error('the fixture has runs');
    const { evenkeel: _ours, ...journal } = first.journal;
    const { plan: _plan, ...input } = rest;
    const { page, trouble } = await open({ ...input, runs: [{ label: 'run', journal }] });
    expect(await page.locator('.answer-text').innerText()).toContain('the steady state deviated'.slice(4));
    expect(await violations(page)).toEqual([]);
    expect(trouble).toEqual([]);
    await page.context().close();
  });
});
