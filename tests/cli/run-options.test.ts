/** What `evenkeel run` takes besides the experiment: variables, settings, controls, channels. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CliResult, runCli, temporaryFolder } from './_run-cli.ts';

const EXPERIMENT = `
title: given values
description: for the tests
configuration: {word: {type: env, key: NOT_SET_ANYWHERE}, count: 1}
secrets: {api: {token: {type: env, key: NOT_SET_EITHER}}}
method:
  - type: probe
    name: shows them
    provider: {type: process, path: sh, arguments: ["-c", 'echo "$0 $1 $FROM_ENV_FILE"; echo "token $2"', "\${word}", "\${count}", "\${token}"]}
`;
const CONTROL = `
import { appendFileSync } from 'node:fs';
export const before_loading_experiment_control = ({ context }) => appendFileSync('heard.txt', 'loading ' + context + '\\n');
export const before_experiment_control = () => appendFileSync('heard.txt', 'before\\n');
export const after_experiment_control = () => appendFileSync('heard.txt', 'after\\n');
`;

interface Message {
  readonly name: string;
  readonly payload: unknown;
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const heard: Message[] = [];
const channel = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    // The notifier's own message.
    heard.push(JSON.parse(Buffer.concat(parts).toString()) as Message);
    response.end();
  });
});
let url = '';
beforeAll(async () => {
  folder = await temporaryFolder();
  await new Promise<void>((resolve) => channel.listen(0, '127.0.0.1', resolve));
  // Listening on a TCP port, its address is an object.
  url = `http://127.0.0.1:${(channel.address() as AddressInfo).port}/`;
  await writeFile(join(folder.path, 'given.yaml'), EXPERIMENT);
  await writeFile(join(folder.path, 'given.json'), '{"configuration": {"count": 5}, "secrets": {"api": {"token": "t0p-s3cret"}}}');
  await writeFile(join(folder.path, 'given.env'), '# a remark\nFROM_ENV_FILE=from the file\n');
  await writeFile(join(folder.path, 'control.mjs'), CONTROL);
  await writeFile(join(folder.path, 'controls.yaml'), 'listener: {provider: {type: javascript, module: ./control.mjs}}\n');
});
afterAll(async () => {
  channel.close();
  await folder.remove();
});
beforeEach(() => void (heard.length = 0));

const GIVEN = ['--var', 'word=hello', '--var-file', 'given.json', '--var-file', 'given.env'];

function cli(args: readonly string[], home = '/nonexistent'): Promise<CliResult> {
  const env = { EVENKEEL_HOME: join(folder.path, 'state'), KUBECONFIG: '/nonexistent', EVENKEEL_LAB: '', HOME: home };
  return runCli(args, { env, cwd: folder.path });
}

const readJournal = async (): Promise<string> => readFile(join(folder.path, 'journal.json'), 'utf8');

describe('variables', () => {
  it('come from --var and from files of all kinds; secrets of a file are hidden', async () => {
    const run = await cli(['run', 'given.yaml', '--yes', ...GIVEN]);
    expect(run).toMatchObject({ code: 0 });
    const journal = await readJournal();
    expect(JSON.parse(journal)).toMatchObject({ run: [{ output: { stdout: 'hello 5 from the file\ntoken ********\n' } }] });
    expect(journal + run.stderr).not.toContain('t0p-s3cret');
  });

  it('count at validation, and --var with a type converts', async () => {
    expect(await cli(['validate', 'given.yaml', ...GIVEN])).toMatchObject({ code: 0 });
    expect(await cli(['validate', 'given.yaml'])).toMatchObject({ code: 2, stdout: expect.stringContaining('NOT_SET_EITHER') });
    expect(await cli(['run', 'given.yaml', '--var', 'count:int=many'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("'many' is not a whole number"),
    });
  });
});

describe('settings', () => {
  it('name channels that hear of the run, without its secrets', async () => {
    await mkdir(join(folder.path, '.chaostoolkit'), { recursive: true });
    const settings = `notifications: [{type: http, url: "${url}"}]\nruntime: {hypothesis: {strategy: after-method-only}}\n`;
    await writeFile(join(folder.path, '.chaostoolkit', 'settings.yaml'), settings);
    expect(await cli(['run', 'given.yaml', '--yes', ...GIVEN], folder.path)).toMatchObject({ code: 0 });
    expect(heard.map(({ name }) => name)).toEqual(['run-started', 'run-completed']);
    expect(heard[1]?.payload).toMatchObject({ status: 'completed', evenkeel: { outcome: 'as-hoped' } });
    expect(JSON.stringify(heard)).not.toContain('t0p-s3cret');
  });

  it('name channels that hear of a run which can not begin, too', async () => {
    const text = 'title: t\ndescription: d\nmethod: []\nsecrets: {a: {b: {type: vault, path: p}}}\n';
    await writeFile(join(folder.path, 'closed.yaml'), text);
    await writeFile(join(folder.path, 'channel.yaml'), `notifications: [{type: http, url: "${url}"}]\n`);
    expect(await cli(['run', 'closed.yaml', '--settings', 'channel.yaml'])).toMatchObject({ code: 2 });
    expect(heard).toMatchObject([{ name: 'run-started' }, { name: 'run-failed', payload: null, error: expect.stringContaining('vault') }]);
  });

  it('that can not be read end the run before it begins', async () => {
    await writeFile(join(folder.path, 'broken.yaml'), 'controls: [\n');
    for (const name of ['broken.yaml', 'missing.yaml'])
      expect(await cli(['run', 'given.yaml', ...GIVEN, '--settings', name])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(name),
      });
  });
});

describe('a control whose module is not there', () => {
  it('is a warning with its place, and an error when strict', async () => {
    const text = 'title: t\ndescription: d\nmethod: []\ncontrols:\n  - {name: c, provider: {type: python, module: nowhere_to_be_found}}\n';
    await writeFile(join(folder.path, 'control.yaml'), text);
    const place = expect.stringMatching(/control\.yaml:5:\d+: warning: Could not find Python module 'nowhere_to_be_found' in control 'c'/);
    expect(await cli(['validate', 'control.yaml'])).toMatchObject({ code: 0, stdout: place });
    expect(await cli(['validate', '--strict', 'control.yaml'])).toMatchObject({ code: 2 });
    expect(await cli(['run', 'control.yaml'])).toMatchObject({ code: 0, stderr: place });
  });
});

describe('--control-file', () => {
  it('names controls that are called around every experiment', async () => {
    expect(await cli(['run', 'given.yaml', '--yes', ...GIVEN, '--control-file', 'controls.yaml'])).toMatchObject({ code: 0 });
    expect(await readFile(join(folder.path, 'heard.txt'), 'utf8')).toBe('loading given.yaml\nbefore\nafter\n');
    const missing = await cli(['run', 'given.yaml', ...GIVEN, '--control-file', 'none.yaml']);
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('none.yaml') });
  });
});

describe('--dry-run', () => {
  it('reads the secrets that the gate needs from their vault, and says so', async () => {
    const asked: string[] = [];
    const vault = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end('{"data": {"data": {"key": "gate"}}}');
    });
    await new Promise<void>((resolve) => vault.listen(0, '127.0.0.1', resolve));
    // Listening on a TCP port, its address is an object.
    const { port } = vault.address() as AddressInfo;
    const experiment = `
title: a secret gate
description: for the tests
configuration: {vault_addr: "http://127.0.0.1:${port}", vault_token: t}
secrets: {api: {token: {type: vault, path: app, key: key}}}
steady-state-hypothesis:
  title: the secret is there
  probes: [{type: probe, name: it is there, tolerance: 0, provider: {type: process, path: test, arguments: ["\${token}", "=", "gate"]}}]
method: []
`;
    await writeFile(join(folder.path, 'vault.yaml'), experiment);
    expect(await cli(['validate', 'vault.yaml'])).toMatchObject({ code: 0 });
    expect(asked).toEqual([]);
    const run = await cli(['run', 'vault.yaml', '--dry-run']);
    vault.close();
    expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining("Reading the experiment's secrets from its vault") });
    expect(new Set(asked)).toEqual(new Set(['GET /v1/secret/data/app']));
  });
});
