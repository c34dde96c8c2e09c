/** A secret that activities echo back: it stands nowhere that a run writes or tells. */
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
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

describe('a secret in a vault', () => {
  it('is read by a run, which tells neither it nor what it signed in with', async () => {
    const token = 'hvs.the-token-of-the-vault';
    const server = createServer(({ url, headers }, response) => {
      const isVault = url?.startsWith('/v1/') === true;
      const isKnown = isVault ? headers['x-vault-token'] === token : headers.authorization === 'from the vault';
      const answer = isVault ? { data: { data: { key: 'from the vault' } } } : headers;
      response.writeHead(isKnown ? 200 : 403, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const headers = { Authorization: '${key}', 'X-Echo': '${vault_token}' };
    const probe = { type: 'probe', name: 'it lets us in', tolerance: 200, provider: { type: 'http', url, headers } };
    const experiment = {
      title: 'with a vault',
      description: 'd',
      configuration: { vault_addr: url, vault_token: { type: 'env', key: 'SIGNS_IN' } },
      secrets: { app: { key: { type: 'vault', path: 'app', key: 'key' } } },
      'steady-state-hypothesis': { title: 'we are let in', probes: [probe] },
      method: [probe],
    };
    await writeFile(join(folder.path, 'vault.json'), JSON.stringify(experiment));
    const env = { EVENKEEL_HOME: join(folder.path, 'state'), KUBECONFIG: '/nonexistent', EVENKEEL_LAB: '', SIGNS_IN: token };
    const run = await runCli(['run', 'vault.json', '--lead', '0s', '--events', 'events.jsonl'], { env, cwd: folder.path });
    server.close();
    expect(run.code, run.stderr).toBe(0);
    const files = await Promise.all(['events.jsonl', 'journal.json'].map((name) => readFile(join(folder.path, name), 'utf8')));
    expect(files[1]).toContain('"x-echo": "********"');
    expect([run.stdout, run.stderr, ...files].join('\n')).not.toMatch(/from the vault|hvs\./);
  });
});
