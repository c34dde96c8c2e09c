/** A secret that activities echo back: it stands nowhere that a run writes or tells. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, temporaryFolder } from './_run-cli.ts';

/** With characters that JSON, URLs and shells write in their own ways. */
const SECRET = 'h&nter2/"w+rd" äö=';
const HARMLESS = 'this may be told';

const EXPERIMENT = `
title: an indiscreet one
description: for the tests
secrets:
  api: {token: {type: env, key: API_KEY_OF_TEST}, greeting: no}
configuration: {told: {type: env, key: HARMLESS}}
steady-state-hypothesis:
  title: a program ends well
  probes:
    - {type: probe, name: a program ends well, tolerance: 0, provider: {type: process, path: "true"}}
method:
  - type: probe
    name: a program prints it
    provider: {type: process, path: sh, arguments: ["-c", 'echo "out $API_KEY_OF_TEST; $HARMLESS"; echo "err $API_KEY_OF_TEST" >&2']}
  - type: probe
    name: a program prints it encoded
    provider: {type: process, path: sh, arguments: ["-c", 'printf %s "$API_KEY_OF_TEST" | base64 -w0']}
  - type: action
    name: a request carries it
    provider: {type: http, url: "http://127.0.0.1:1/?key=\${token}", headers: {Authorization: "Bearer \${token}"}, timeout: 1}
rollbacks: []
`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeFile(join(folder.path, 'indiscreet.yaml'), EXPERIMENT);
});
afterAll(() => folder.remove());

describe('a secret', () => {
  it.each(['text', 'json'])('stands in no event, no line, no journal and no report (%s)', async (format) => {
    const env = {
      EVENKEEL_HOME: join(folder.path, 'state'),
      KUBECONFIG: '/nonexistent',
      EVENKEEL_LAB: '',
      API_KEY_OF_TEST: SECRET,
      HARMLESS,
    };
    const args = ['run', 'indiscreet.yaml', '--yes', '--verbose', '--log-format', format, '--events', 'events.jsonl'];
    const run = await runCli(args, { env, cwd: folder.path });
    expect(run.code).toBe(3);
    const files = await Promise.all(['events.jsonl', 'journal.json'].map((name) => readFile(join(folder.path, name), 'utf8')));
    const report = await runCli(['report', 'journal.json', '--format', 'html'], { env, cwd: folder.path });
    const everything = [run.stdout, run.stderr, ...files, report.stdout].join('\n');
    const encoded = [encodeURIComponent(SECRET), Buffer.from(SECRET).toString('base64'), JSON.stringify(SECRET).slice(1, -1), 'nter2'];
    for (const form of [SECRET, ...encoded]) expect(everything).not.toContain(form);
    expect(files[1]).toContain(`out ********; ${HARMLESS}`);
    expect(JSON.parse(files[1] ?? '')).toMatchObject({ evenkeel: { outcome: 'failed' } });
  });
});
