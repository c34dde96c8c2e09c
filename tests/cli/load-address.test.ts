import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli, temporaryFolder } from './_run-cli.ts';

const server = createServer((request, response) => {
  if (request.url === '/broken') response.writeHead(404).end('no');
  else if (request.headers.authorization !== 'Bearer t0ken') response.writeHead(401).end();
  else if (request.url === '/plain')
    response.end('title: T\ndescription: d\nmethod: [{type: acton, name: a, provider: {type: http, url: u}}]\n');
  else response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"title": "T", "description": "d", "method": []}');
});
let address = '';
beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Listening on a TCP port, its address is an object.
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => void server.close());

it('validates an experiment at an address, with the token that the Chaos Toolkit takes', async () => {
  const env = { CHAOSTOOLKIT_LOADER_AUTH_BEARER_TOKEN: 't0ken' };
  expect(await runCli(['validate', `${address}/experiment`], { env })).toMatchObject({ code: 0, stdout: `${address}/experiment: valid\n` });
  const plain = await runCli(['validate', `${address}/plain`], { env });
  expect(plain).toMatchObject({ code: 2, stdout: expect.stringContaining(`${address}/plain:3:17: error: 'acton' is not`) });
});

it('says what the server answered when there is no experiment', async () => {
  expect(await runCli(['validate', `${address}/broken`])).toMatchObject({ code: 2, stderr: expect.stringContaining('HTTP 404') });
});

it("takes the login that the Chaos Toolkit's settings have for the address", async () => {
  const folder = await temporaryFolder();
  const settings = join(folder.path, 'settings.yaml');
  await writeFile(settings, `auths: {"${new URL(address).host}": {type: Bearer, value: t0ken}}\n`);
  expect(await runCli(['validate', '--settings', settings, `${address}/experiment`])).toMatchObject({ code: 0 });
  expect(await runCli(['validate', `${address}/experiment`])).toMatchObject({ code: 2, stderr: expect.stringContaining('HTTP 401') });
  await folder.remove();
});
