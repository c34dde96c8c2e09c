/** The commands that only look, against one lab: exit codes, and standard output that holds data and nothing else. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type CliResult, type RunningCli, runCli, startCli, temporaryFolder } from './_run-cli.ts';

const example = (path: string): string => fileURLToPath(new URL(`../../examples/${path}`, import.meta.url));
const COLOUR = String.fromCharCode(27);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let lab: RunningCli;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await temporaryFolder();
  const home = { EVENKEEL_HOME: join(folder.path, 'state') };
  lab = startCli(['lab', 'up', '--speed', '5', '--seed', 'read-only'], { env: home });
  await lab.seen(/The lab is up/);
  const printed = (await runCli(['lab', 'env', '-o', 'json'], { env: home })).stdout;
  env = { ...home, ...(JSON.parse(printed) as Record<string, string>) }; // printed by our own command
});

afterAll(async () => {
  lab.child.kill('SIGTERM');
  await lab.ended;
  await folder.remove();
});

const run = (...args: string[]): Promise<CliResult> => runCli(args, { env, cwd: folder.path });
const data = ({ stdout }: CliResult): Record<string, unknown> => JSON.parse(stdout) as Record<string, unknown>; // fails unless it is data alone

describe('read-only commands', () => {
  it.each([
    [['spread'], 'Spread', 0],
    [['spread', '--fail-on', 'high'], 'Spread', 1],
    [['what-if'], 'Predictions', 0],
    [['what-if', '--zones', '--fail-on-down'], 'Predictions', 1],
    [['harden'], 'HardeningPlan', 0],
    [['harden', '--survive', 'zone', '--exclude', 'mssql-deployment'], 'HardeningPlan', 0],
    [['harden', '-f', example('manifests/contactsapp')], 'HardeningPlan', 0],
    [['validate', example('experiments/node-down.yaml')], 'Validation', 0],
    [['runs'], 'Runs', 0],
    [['recover'], 'Recovery', 0],
    [['info'], 'Info', 0],
    [['lab', 'status'], 'LabStatus', 0],
  ])('%j prints %s as JSON and nothing else, and leaves with %i', async (args, kind, code) => {
    const result = await run(...args, '-o', 'json');
    expect(data(result)).toMatchObject({ kind, schema: 1 });
    expect(result.code).toBe(code);
  });

  it('prints the same as YAML', async () => {
    const result = await run('spread', '-o', 'yaml');
    expect(parse(result.stdout)).toEqual(data(await run('spread', '-o', 'json')));
  });

  it.each([
    [['spread', '-n', 'contactsap'], /no workload in namespace 'contactsap'/],
    [['what-if', '-n', 'contactsap'], /no workload in namespace/],
    [['what-if', '--node', 'nope'], /there is no node 'nope'.*\n.*The nodes are/],
    [['what-if', '--zone', 'nope'], /there is no zone/],
    [['harden', '--exclude', 'nope'], /there is no workload 'nope'/],
    [['harden', '--write'], /--write needs -f/],
    [['schema', 'constructor'], /there is no schema 'constructor'/],
    [['spread', '-n', 'a', '-A'], /exclude each other/],
    [['validate', 'missing.yaml'], /cannot read .*missing\.yaml: there is no such file/],
    [['report', 'missing.json'], /cannot read/],
  ])('%j is a mistake in what was asked for: code 2, words, and no green', async (args, words) => {
    const { code, stdout, stderr } = await run(...args);
    expect(stderr).toMatch(words);
    expect(code).toBe(2);
    expect(stdout).toBe('');
  });

  it('shows a plan as a diff of the manifests and leaves them as they are', async () => {
    const file = example('manifests/contactsapp/frontend.yaml');
    const before = await readFile(file, 'utf8').catch(() => '');
    const { code, stdout } = await run('harden', '-f', example('manifests/contactsapp'));
    expect(stdout).toMatch(/^\+.*replicas: 2$/m);
    expect(code).toBe(0);
    expect(await readFile(file, 'utf8').catch(() => '')).toBe(before);
  });

  it('writes no plan whose proof does not hold, unless that is asked for', async () => {
    const out = join(folder.path, 'patches');
    const args = ['harden', '--fix', 'disruption-budget', '--out', out];
    const refused = await run(...args);
    expect(refused.stderr).toMatch(/not proven \(not so: each single node failure .*\), so nothing is written[\s\S]*--unproven/);
    expect(refused.code).toBe(4);
    expect(existsSync(out)).toBe(false);
    const forced = await run(...args, '--unproven');
    expect(forced.stderr).toMatch(/files? written to/);
    expect(forced.code).toBe(1);
  });

  it('measures a journey, and finds fault with one that fails', async () => {
    const good = await run('check', example('journeys/contacts.yaml'), '--for', '5s', '-o', 'json');
    expect(data(good)).toMatchObject({ kind: 'JourneyRecords', schema: 1 });
    expect(good.code).toBe(0);
    const bad = await runCli(['check', example('journeys/contacts.yaml'), '--for', '3s', '-o', 'json'], {
      env: { ...env, APP_ENDPOINT: 'http://127.0.0.1:1' },
    });
    expect(data(bad)).toMatchObject({ kind: 'JourneyRecords' });
    expect(bad.code).toBe(1);
  });

  it('writes a journal as each kind of report', async () => {
    const path = join(folder.path, 'journal.json');
    const experiment = { title: '<b>T</b>', description: 'd', method: [] };
    const journal = {
      'chaoslib-version': '1',
      platform: 'p',
      node: 'n',
      experiment,
      start: '2026-01-31T10:00:00+00:00',
      end: '2026-01-31T10:00:01+00:00',
      duration: 1,
      status: 'completed',
      deviated: false,
      steady_states: { before: null, after: null, during: [] },
      run: [],
      rollbacks: [],
    };
    await writeFile(path, JSON.stringify(journal));
    const reports = await Promise.all(['html', 'md', 'junit', 'json', 'sarif'].map((format) => run('report', path, '--format', format)));
    expect(reports.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
    const [html, md, junit, json, sarif] = reports.map(({ stdout }) => stdout);
    expect(html).toContain('<!doctype html>');
    expect(html).not.toContain('<b>T</b>');
    expect(md).toMatch(/^# /m);
    expect(junit).toContain('<testsuite');
    expect(JSON.parse(json ?? '')).toBeTypeOf('object');
    expect(JSON.parse(sarif ?? '')).toMatchObject({ version: '2.1.0' });
    const unwritable = await run('report', path, '-o', 'no/such/folder/r.html');
    expect(unwritable.stderr).toMatch(/cannot write .*there is no such folder/);
    expect(unwritable.code).toBe(3);
  });

  it('colours nothing that goes into a file', async () => {
    const results = await Promise.all(
      ['spread', 'what-if', 'harden'].map((command) => runCli([command], { env: { ...env, NO_COLOR: undefined }, cwd: folder.path })),
    );
    for (const { stdout, stderr } of results) expect(stdout + stderr).not.toContain(COLOUR);
  });

  it('ends as it would have when the reader of what it tells goes away', async () => {
    const looking = startCli(['what-if', '--fail-on-down', '-A'], { env, cwd: folder.path });
    looking.child.stdout?.destroy();
    looking.child.stderr?.destroy();
    const code = await new Promise((resolve) => looking.child.once('exit', resolve));
    expect(code).toBe(1);
  });
});
