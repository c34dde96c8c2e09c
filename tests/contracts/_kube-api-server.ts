/** A lab API server on loopback with a throw-away authority, and a kubeconfig for it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { createRandom, createRealClock, type Clock } from '../../src/base/index.ts';
import { createLabApi, serveKubeApi, type LabApi, type PodLogs } from '../../src/lab/kube-api/index.ts';

export const ADMIN_TOKEN = 'admin-token-of-this-test';

export interface TestServer {
  readonly api: LabApi;
  readonly url: string;
  readonly ca: string;
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

/** An authority and a certificate for loopback, made anew. */
export async function makeCertificates(): Promise<{ ca: string; key: string; cert: string }> {
  const authority = await generate([{ name: 'commonName', value: 'evenkeel test authority' }], {
    algorithm: 'sha256',
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const leaf = await generate([{ name: 'commonName', value: 'evenkeel lab' }], {
    algorithm: 'sha256',
    keyType: 'ec',
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { ca: authority.cert, key: leaf.private, cert: leaf.cert };
}

export async function startTestServer(options: { readonly clock?: Clock; readonly logs?: PodLogs } = {}): Promise<TestServer> {
  const api = createLabApi({ clock: options.clock ?? createRealClock(), random: createRandom('contract') });
  const { ca, key, cert } = await makeCertificates();
  const tokens = [{ token: ADMIN_TOKEN, user: 'admin' }];
  const server = await serveKubeApi(api, { port: 0, key, cert, tokens, ...(options.logs ? { logs: options.logs } : {}) });
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-kube-api-'));
  const kubeconfig = join(folder, 'config');
  await writeFile(kubeconfig, kubeconfigText(server.url, ca), { mode: 0o600 });
  return {
    api,
    url: server.url,
    ca,
    kubeconfig,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function kubeconfigText(server: string, ca: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'lab', cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name: 'admin', user: { token: ADMIN_TOKEN } }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'admin', namespace: 'default' } }],
    'current-context': 'lab',
  });
}
