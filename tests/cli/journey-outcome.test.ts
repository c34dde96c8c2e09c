/** What users saw decides how a run ends: a small server that an experiment breaks for a moment, and a journey to it. No cluster. */
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CliResult, runCli, temporaryFolder } from './_run-cli.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: Server;
let brokenUntil = 0;
let url = '';

const experiment = (probe: string): string => `
title: one moment
description: for the tests
steady-state-hypothesis:
  title: the server is there
  probes:
    - {type: probe, name: it answers, tolerance: 200, provider: {type: http, url: "${url}/${probe}"}}
method:
  - {type: action, name: break it, provider: {type: http, method: POST, url: "${url}/break"}, pauses: {after: 0.4}}
rollbacks: []
`;
const journey = (limits: string): string => `
name: visit
rate: 20/s
timeout: 1s
steps:
  - {name: look, get: "${url}/shop", expect: 200}
${limits}
`;

beforeAll(async () => {
  folder = await temporaryFolder();
  server = createServer((request, response) => {
    if (request.url === '/break') brokenUntil = Date.now() + 250;
    response.statusCode = request.url === '/shop' && Date.now() < brokenUntil ? 503 : 200;
    response.end();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  await writeFile(join(folder.path, 'moment.yaml'), experiment('health'));
  await writeFile(join(folder.path, 'none-stated.yaml'), journey(''));
  await writeFile(join(folder.path, 'patient.yaml'), journey('limits: {longestOutage: 30s}'));
  await writeFile(join(folder.path, 'strict.yaml'), journey('limits: {availability: 99.9%}'));
});
beforeEach(() => {
  brokenUntil = 0;
});
afterAll(async () => {
  server.close();
  await folder.remove();
});

const env = (): Record<string, string> => ({ EVENKEEL_HOME: join(folder.path, 'state'), KUBECONFIG: '/nonexistent', EVENKEEL_LAB: '' });
const run = (...args: string[]): Promise<CliResult> =>
  runCli(['run', 'moment.yaml', '--yes', '--lead', '250ms', ...args], { env: env(), cwd: folder.path });
const report = async (format: string): Promise<string> =>
  (await runCli(['report', 'journal.json', '--format', format], { env: env(), cwd: folder.path })).stdout;

describe('the journeys of a run', () => {
  it('decide its outcome where no probe noticed anything, with the window named in all its reports alike', async () => {
    const { code, stderr } = await run('-j', 'none-stated.yaml');
    expect(stderr).toMatch(/The steady state holds\.[\s\S]*The steady state holds\./);
    const words =
      /visit, an outage of [\d.]+ s, from [\d.]+ s to [\d.]+ s after the fault \(look\); allowed is none/.exec(stderr)?.[0] ?? 'no words';
    expect(stderr).toMatch(
      /Journey outside its limits\. No probe of the steady state noticed, users did\. Outside its limits: visit, an outage/,
    );
    expect(stderr).not.toMatch(/survived/);
    expect(code).toBe(1);
    const journal = JSON.parse(await readFile(join(folder.path, 'journal.json'), 'utf8')) as {
      deviated: boolean;
      status: string;
      evenkeel: { outcome: string; sections: { journeys: { verdict: { status: string; reasons: string[] } }[] } };
    }; // written by our own command
    expect([journal.deviated, journal.status, journal.evenkeel.outcome]).toEqual([true, 'completed', 'deviated']);
    const verdict = journal.evenkeel.sections.journeys[0]?.verdict;
    expect(verdict?.status).toBe('broken');
    const reason = verdict?.reasons[0] ?? 'no reason';
    expect(words).toContain(reason);
    for (const format of ['md', 'html', 'junit', 'json', 'sarif']) expect(await report(format), format).toContain(reason);
    expect(await report('junit')).toMatch(/<testsuite [^>]*failures="2"/);
  });

  it('may suffer what their file allows', async () => {
    const { code, stderr } = await run('-j', 'patient.yaml');
    expect(stderr).toMatch(
      /Steady state held\. The application survived within the limits of its journeys: visit, the longest outage took [\d.]+ s; allowed are 30 s\./,
    );
    expect(code).toBe(0);
    expect(await report('junit')).toMatch(/<testsuite [^>]*failures="0"/);
  });

  it('may state how available they must be', async () => {
    const { code, stderr } = await run('-j', 'strict.yaml');
    expect(stderr).toMatch(/visit, [\d.]+ % available; allowed is no less than 99\.9 %/);
    expect(code).toBe(1);
  });

  it('tell of an outage that was there before anything was broken', async () => {
    brokenUntil = Date.now() + 60_000;
    const { code, stderr } = await run('-j', 'none-stated.yaml');
    expect(stderr).toMatch(/there already [\d.]+ s before the fault/);
    expect(code).toBe(1);
  });

  it('claim nothing where none was sent', async () => {
    const { code, stderr } = await run();
    expect(stderr).toMatch(/Steady state held\. No journey was measured, so what users saw is not known\./);
    expect(code).toBe(0);
  });
});

describe('check', () => {
  it('judges by the same limits', async () => {
    const check = (file: string): Promise<CliResult> =>
      runCli(['check', file, '--for', '300ms', '--no-cluster'], { env: env(), cwd: folder.path });
    brokenUntil = Date.now() + 60_000;
    const broken = await check('none-stated.yaml');
    expect(broken.stdout).toMatch(/Outside its limits: an outage of .* of the measurement/);
    expect(broken.code).toBe(1);
    brokenUntil = 0;
    const held = await check('strict.yaml');
    expect(held.stdout).toMatch(/Within its limits: 100 % available; allowed is no less than 99\.9 %/);
    expect(held.code).toBe(0);
  });
});
