/** An informer of the official client over thousands of changes, while its connections are cut and the past is forgotten. */
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insideOf } from '../../src/lab/kube-api/lab-api.ts';
import { keepInStep } from './_informer.ts';
import { ADMIN_TOKEN, startTestServer, type TestServer } from './_kube-api-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

describe('an informer', () => {
  it('is in step after 2,000 random changes with cut connections', async () => {
    const { seen, stored, cuts, errors } = await keepInStep(server, { changes: 2000, seed: 'contract', namespace: 'default' });
    expect(cuts).toBeGreaterThan(5);
    expect(errors).toBeGreaterThan(0);
    expect(seen).toEqual(stored);
  }, 30_000);
});

describe('a watch from a forgotten past', () => {
  it('ends with 410 in its stream, as recorded', async () => {
    server.api.create('ConfigMap', { metadata: { name: 'before', namespace: 'default' } });
    const version = server.api.get('ConfigMap', 'default', 'before')?.metadata.resourceVersion ?? '';
    server.api.create('ConfigMap', { metadata: { name: 'after', namespace: 'default' } });
    insideOf(server.api).store.compact();
    const lines = (await textOf(`/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=${version}`)).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        type: 'ERROR',
        object: expect.objectContaining({
          status: 'Failure',
          message: expect.stringMatching(new RegExp(`^too old resource version: ${version} \\(\\d+\\)$`)),
          reason: 'Expired',
          code: 410,
        }) as unknown,
      },
    ]);
  });
});

function textOf(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const call = request(new URL(path, server.url), { ca: server.ca, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => (text += part));
      answer.on('end', () => resolve(text));
    });
    call.on('error', reject);
    call.end();
  });
}
