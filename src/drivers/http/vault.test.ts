import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRealClock } from '../../base/index.ts';
import { openVault } from './vault.ts';

const TOKEN = 's.very-secret-token';
const ENTRIES: Readonly<Record<string, unknown>> = {
  '/v1/secret/data/app/db': { data: { data: { user: 'me', password: 'p' }, metadata: { version: 1 } } },
  '/v1/kv/app/db': { data: { user: 'me', password: 'old' } },
};
const LOGINS: Readonly<Record<string, string>> = {
  '/v1/auth/approle/login': '{"role_id":"r","secret_id":"hush"}',
  '/v1/auth/cluster/login': '{"role":"tester","jwt":"the.jwt"}',
};

/** As much of a vault as is asked of one: sign-in, two engines, a token that must be right. */
async function startVault(): Promise<{ readonly server: Server; readonly address: string; readonly seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    const { url = '', headers } = request;
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const answer = (status: number, value: unknown): void => {
        response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
      };
      if (url in LOGINS)
        return body === LOGINS[url] ? answer(200, { auth: { client_token: TOKEN } }) : answer(400, { errors: [`invalid ${body}`] });
      if (headers['x-vault-token'] !== TOKEN) return answer(403, { errors: [`permission denied for ${String(headers['x-vault-token'])}`] });
      if (url.includes('slow')) return undefined;
      return url in ENTRIES ? answer(200, ENTRIES[url]) : answer(404, { errors: [] });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Listening on a TCP port, its address is an object.
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

let vault: Awaited<ReturnType<typeof startVault>>;
let folder: string;
beforeEach(async () => {
  vault = await startVault();
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-vault-'));
});
afterEach(() => {
  vault.server.closeAllConnections();
  vault.server.close();
  rmSync(folder, { recursive: true });
});

const open = (configuration: Record<string, unknown>, env: Record<string, string> = {}, signal = new AbortController().signal) =>
  openVault({ env, clock: createRealClock(), signal, configuration: { vault_addr: vault.address, ...configuration } });

describe('secrets from a vault', () => {
  it('are read with a token: an entry, or one key of it', async () => {
    const read = open({ vault_token: TOKEN });
    expect(await read('app/db', undefined)).toEqual({ user: 'me', password: 'p' });
    expect(await read('app/db', 'password')).toBe('p');
  });

  it('come from an engine of version 1 under another mount point', async () => {
    const read = open({ vault_token: TOKEN, vault_kv_version: 1, vault_secrets_mount_point: 'kv' });
    expect(await read('app/db', 'password')).toBe('old');
  });

  it('are read after a sign-in with an AppRole, which happens once', async () => {
    const read = open({ vault_role_id: 'r', vault_role_secret: 'hush' });
    expect(await Promise.all([read('app/db', 'user'), read('app/db', 'password')])).toEqual(['me', 'p']);
    expect(vault.seen.filter(({ url }) => url?.includes('login'))).toHaveLength(1);
  });

  it("are read after a sign-in with a pod's service account", async () => {
    const file = join(folder, 'token');
    writeFileSync(file, 'the.jwt\n');
    const read = open({ vault_sa_role: 'tester', vault_sa_token_path: file, vault_k8s_mount_point: 'cluster' });
    expect(await read('app/db', 'user')).toBe('me');
  });

  it('are found by the environment where the configuration says nothing', async () => {
    const env = { VAULT_ADDR: vault.address, VAULT_TOKEN: TOKEN, VAULT_NAMESPACE: 'team' };
    expect(await open({ vault_addr: undefined }, env)('app/db', 'user')).toBe('me');
    expect(vault.seen.at(-1)?.headers['x-vault-namespace']).toBe('team');
  });

  it.each([
    [{ vault_token: 's.wrong-secret' }, 'app/db', undefined, 'DENIED'],
    [{ vault_role_id: 'r', vault_role_secret: 'wrong-secret' }, 'app/db', undefined, 'DENIED'],
    [{ vault_token: TOKEN }, 'app/none', undefined, 'NOT_FOUND'],
    [{ vault_token: TOKEN }, 'app/db', 'none', 'NOT_FOUND'],
    [{ vault_token: TOKEN, vault_addr: 'http://127.0.0.1:1' }, 'app/db', undefined, 'UNREACHABLE'],
    [{ vault_token: TOKEN, vault_addr: 'http://me:wrong-secret@127.0.0.1:1' }, 'app/db', undefined, 'UNREACHABLE'],
    [{ vault_sa_role: 'x', vault_sa_token_path: '/nowhere' }, 'app/db', undefined, 'ENVIRONMENT'],
    [{}, 'app/db', undefined, 'INVALID_INPUT'],
  ])('that can not be read with %j at %s %s fail as such, without a secret in the words', async (configuration, path, key, code) => {
    const failure: unknown = await open(configuration)(path, key).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ code });
    expect(JSON.stringify([String(failure), failure])).not.toMatch(/wrong-secret|very-secret/);
  });

  it('are no longer waited for when the run is interrupted', async () => {
    const controller = new AbortController();
    const reading = open({ vault_token: TOKEN }, {}, controller.signal)('slow', undefined);
    controller.abort();
    await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
