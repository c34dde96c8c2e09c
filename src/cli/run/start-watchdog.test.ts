import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { silentLogger } from '../../base/index.ts';
import { readGlobalOptions } from '../global-options.ts';
import { createStyle } from '../output/style.ts';
import { startWatchdog } from './start-watchdog.ts';

const folder = await mkdtemp(join(tmpdir(), 'evenkeel-watchdog-'));
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

const said: string[] = [];
const surroundings = {
  cwd: folder,
  globals: readGlobalOptions({}),
  log: silentLogger,
  program: 'evenkeel',
  say: (line: string) => void said.push(line),
  stateFolder: folder,
  style: createStyle(false),
};
const credentials = { configuration: {}, secrets: {} };

it('a watchdog that would not understand its limits is not started, and that is said at once', () => {
  startWatchdog('r1', credentials, { ...surroundings, env: { EVENKEEL_WATCHDOG_LIMIT: 'soon' } });
  expect(said.join()).toMatch(/the watchdog did not start \(EVENKEEL_WATCHDOG_LIMIT: 'soon' .*\).*evenkeel recover/);
});

it('hands lines of --var-file over by its pipe, never by the environment, which others may read', async () => {
  await mkdir(join(folder, 'runs', 'r2'), { recursive: true });
  // Stands in for the program: tells what reached it.
  const told = join(folder, 'told.json');
  const program = join(folder, 'program.mjs');
  await writeFile(
    program,
    `import { renameSync, writeFileSync } from 'node:fs';
process.stdin.once('data', (line) => {
  writeFileSync(${JSON.stringify(`${told}.new`)}, JSON.stringify({ env: process.env, line: JSON.parse(String(line)) }));
  renameSync(${JSON.stringify(`${told}.new`)}, ${JSON.stringify(told)});
  process.exit(0);
});`,
  );
  const before = process.argv[1];
  process.argv[1] = program;
  startWatchdog('r2', credentials, {
    ...surroundings,
    env: { HARMLESS: 'h', API_KEY: 'of the file' },
    addedEnv: { API_KEY: 'of the file' },
  });
  process.argv[1] = before ?? '';
  const text = (): Promise<string> => readFile(told, 'utf8').catch(() => '');
  await expect.poll(text, { timeout: 10_000 }).not.toBe('');
  const seen = JSON.parse(await text()) as { env: Record<string, string>; line: unknown };
  expect(seen.env['HARMLESS']).toBe('h');
  expect(JSON.stringify(seen.env)).not.toContain('of the file');
  expect(seen.line).toEqual({ ...credentials, environment: { API_KEY: 'of the file' } });
});
