/** The question that a twin is made for: a machine of it stops, its pods go elsewhere, and it comes back; the real cluster knows nothing of it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createRandom, createScaledClock, silentLogger } from '../../src/base/index.ts';
import type { Endpoints, KubeObject, Node, Pod } from '../../src/kubernetes/index.ts';
import { startLab } from '../../src/lab/index.ts';
import type { Lab } from '../../src/lab/index.ts';

const SPEED = 100;
const LONG_TEST_MS = 60_000;
const NAMESPACE = 'shop';
const SCALE_SET = 'aks-blue-12345678-vmss';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** As `kubectl get nodes,deployments,replicasets,services,pods -A -o json` gives them, cut down to what counts here. */
function dump(): KubeObject[] {
  const node = (index: number): object => ({
    kind: 'Node',
    apiVersion: 'v1',
    metadata: {
      name: `${SCALE_SET}00000${index}`,
      labels: { 'kubernetes.io/hostname': `${SCALE_SET}00000${index}`, 'topology.kubernetes.io/zone': `westeurope-${index + 1}` },
    },
    spec: {
      providerID: `azure:///subscriptions/0/resourceGroups/mc/providers/Microsoft.Compute/virtualMachineScaleSets/${SCALE_SET}/virtualMachines/${index}`,
    },
    status: { allocatable: { cpu: '2', memory: '4Gi', pods: '30' }, conditions: [{ type: 'Ready', status: 'True' }] },
  });
  const labels = { app: 'web' };
  const hashed = { ...labels, 'pod-template-hash': '5d8' };
  const containers = [{ name: 'web', image: 'registry.example/web:1', ports: [{ containerPort: 8080 }] }];
  const owner = (kind: string, name: string): object => ({ apiVersion: 'apps/v1', kind, name, uid: `uid-${name}`, controller: true });
  const meta = (name: string, more: object = {}): object => ({ name, namespace: NAMESPACE, uid: `uid-${name}`, ...more });
  const pod = (index: number, place: number): object => ({
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: meta(`web-5d8-${index}`, { labels: hashed, ownerReferences: [owner('ReplicaSet', 'web-5d8')] }),
    spec: { nodeName: `${SCALE_SET}00000${place}`, containers },
    status: { phase: 'Running', podIP: `10.244.${place}.${index + 10}`, conditions: [{ type: 'Ready', status: 'True' }] },
  });
  const template = { metadata: { labels }, spec: { containers } };
  const objects = [
    ...[0, 1, 2].map(node),
    {
      kind: 'Deployment',
      apiVersion: 'apps/v1',
      metadata: meta('web', { annotations: { 'deployment.kubernetes.io/revision': '1' } }),
      spec: { replicas: 3, selector: { matchLabels: labels }, template },
    },
    {
      kind: 'ReplicaSet',
      apiVersion: 'apps/v1',
      metadata: meta('web-5d8', {
        labels: hashed,
        annotations: { 'deployment.kubernetes.io/revision': '1' },
        ownerReferences: [owner('Deployment', 'web')],
      }),
      spec: { replicas: 3, selector: { matchLabels: hashed }, template: { ...template, metadata: { labels: hashed } } },
    },
    { kind: 'Service', apiVersion: 'v1', metadata: meta('web'), spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] } },
    pod(0, 0),
    pod(1, 0),
    pod(2, 1),
  ];
  return objects as unknown as KubeObject[]; // written out above in the API's own form
}

async function startTwin(): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-twin-'));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  const wallOriginMs = Date.now();
  const clock = createScaledClock({ speed: SPEED, originMs: wallOriginMs, wallOriginMs });
  const contents = { twin: dump(), programs: false };
  const lab = await startLab({ clock, random: createRandom('twin'), log: silentLogger, folder, contents });
  ends.push(() => lab.stop());
  return lab;
}

function send(url: string, options: { method: string; headers: Record<string, string>; ca: string; body?: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('end', () => ((response.statusCode ?? 500) < 300 ? resolve(text) : reject(new Error(`${response.statusCode} ${text}`))));
    });
    sent.on('error', reject);
    sent.end(options.body);
  });
}

/** Over ARM, as the portal, az and the Chaos Toolkit do. */
async function machine(lab: Lab, action: 'powerOff' | 'start'): Promise<void> {
  const { env } = lab;
  const ca = await readFile(env['NODE_EXTRA_CA_CERTS'] ?? '', 'utf8');
  const credentials = JSON.parse(await readFile(env['AZURE_AUTH_LOCATION'] ?? '', 'utf8'));
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: credentials.clientId,
    client_secret: credentials.clientSecret,
    scope: `${credentials.resourceManagerEndpointUrl}.default`,
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const signIn = `${credentials.activeDirectoryEndpointUrl}/${credentials.tenantId}/oauth2/v2.0/token`;
  const { access_token: token } = JSON.parse(await send(signIn, { method: 'POST', headers, ca, body: form.toString() }));
  const group = `subscriptions/${env['AZURE_SUBSCRIPTION_ID']}/resourceGroups/${env['AZURE_CLUSTER_NODE_RESOURCE_GROUP']}`;
  const set = `providers/Microsoft.Compute/virtualMachineScaleSets/${env['AZURE_CLUSTER_VMSS_NAME']}`;
  const url = `${credentials.resourceManagerEndpointUrl}${group}/${set}/virtualmachines/0/${action}?api-version=2024-07-01`;
  await send(url, { method: 'POST', headers: { authorization: `Bearer ${token}` }, ca });
}

/** Looks again and again; the limit is lab time. */
async function until(lab: Lab, what: string, holds: () => boolean | Promise<boolean>, limitMs = 900_000): Promise<void> {
  const { clock } = lab.api;
  const untilMs = clock.now() + limitMs;
  while (!(await holds())) {
    if (clock.now() > untilMs) throw new Error(`not within ${limitMs / 1000} s: ${what}`);
    await clock.sleep(2000);
  }
}

const isTrue = (conditions: readonly { type: string; status: string }[] | undefined): boolean =>
  conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
const places = (lab: Lab): string[] =>
  lab.api
    .list<Pod>('Pod', { namespace: NAMESPACE })
    .filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && isTrue(status?.conditions))
    .map(({ spec }) => spec?.nodeName?.slice(-1) ?? '')
    .sort();
const endpoints = (lab: Lab): number =>
  lab.api.get<Endpoints>('Endpoints', NAMESPACE, 'web')?.subsets?.flatMap(({ addresses = [] }) => addresses).length ?? 0;
const nodeIsReady = (lab: Lab): boolean => isTrue(lab.api.get<Node>('Node', undefined, `${SCALE_SET}000000`)?.status?.conditions);

describe('a node of a twin', () => {
  it(
    'takes its pods out of their service when its machine stops, they move, and it takes pods again when it is back',
    async () => {
      const lab = await startTwin();
      expect([places(lab), lab.env['AZURE_CLUSTER_VMSS_NAME']]).toEqual([['0', '0', '1'], SCALE_SET]);
      await until(lab, 'the service has its pods', () => endpoints(lab) === 3);
      await machine(lab, 'powerOff');
      await until(lab, 'the node is silent', () => !nodeIsReady(lab));
      await until(lab, 'its pods are out of the service', () => endpoints(lab) === 1);
      await until(lab, 'its pods run elsewhere', () => places(lab).length === 3 && !places(lab).includes('0') && endpoints(lab) === 3);
      // 409 while the operation that powers it off goes on.
      await until(lab, 'it may start', () =>
        machine(lab, 'start').then(
          () => true,
          () => false,
        ),
      );
      await until(lab, 'the node is back', () => nodeIsReady(lab));
      await until(lab, 'what was left of its pods is gone', () => lab.api.list<Pod>('Pod', { namespace: NAMESPACE }).length === 3);
      await until(lab, 'it bears no mark of it', () => lab.api.list<Node>('Node').every(({ spec }) => (spec?.taints ?? []).length === 0));
    },
    LONG_TEST_MS,
  );
});
