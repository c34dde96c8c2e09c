/** The real kubectl against the lab's API server alone: what needs controllers is played by the test. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigMap, Deployment, Node, Pod } from '../../src/kubernetes/index.ts';
import { startTestServer, type TestServer } from './_kube-api-server.ts';
import { runKubectl, type KubectlResult } from './_kubectl.ts';

const NODES = ['aks-nodepool1-36421985-vmss000000', 'aks-nodepool1-36421985-vmss000009'];

const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { app: web } }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - { name: c, image: "registry.example/app:1", ports: [{ containerPort: 8080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: pin, labels: { app: pin } }
spec: { containers: [{ name: c, image: "registry.example/pin:1" }] }
`;

let server: TestServer;
const kubectl = (command: string, input?: string): Promise<KubectlResult> =>
  runKubectl(command.split(' '), { kubeconfig: server.kubeconfig, ...(input === undefined ? {} : { input }) });
const words = (line: string | undefined): string[] => (line ?? '').trim().split(/ {2,}/);

function addNode(name: string): void {
  server.api.create<Node>('Node', {
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/role': 'agent', 'node-role.kubernetes.io/agent': '' } },
    status: {
      capacity: { cpu: '2', memory: '7Gi', pods: '30' },
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
      addresses: [{ type: 'InternalIP', address: '10.240.0.4' }],
      nodeInfo: {
        architecture: 'amd64',
        bootID: '',
        containerRuntimeVersion: 'containerd://1.7.0',
        kernelVersion: '5.15.0',
        kubeletVersion: 'v1.36.2',
        kubeProxyVersion: '',
        machineID: '',
        operatingSystem: 'linux',
        osImage: 'Ubuntu 22.04',
        systemUUID: '',
      },
    },
  });
}

beforeAll(async () => {
  async function* lines(): AsyncGenerator<string> {
    await Promise.resolve();
    yield 'hello from the pod';
  }
  server = await startTestServer({ logs: lines });
  for (const name of NODES) addNode(name);
  const applied = await kubectl('apply -f -', WEB);
  expect(applied).toMatchObject({ exit: 0, stdout: 'deployment.apps/web created\nservice/web created\npod/pin created\n' });
  server.api.bind('default', 'pin', NODES[0] ?? '');
  server.api.modify<Pod>(
    'Pod',
    'default',
    'pin',
    (pod) => {
      pod.status = {
        ...pod.status,
        phase: 'Running',
        podIP: '10.244.0.5',
        podIPs: [{ ip: '10.244.0.5' }],
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [
          { name: 'c', image: 'x', imageID: '', ready: true, restartCount: 0, state: { running: { startedAt: '2026-01-31T12:00:00Z' } } },
        ],
      };
    },
    { subresource: 'status' },
  );
});
afterAll(() => server.stop());

describe('kubectl reads', () => {
  it('prints the columns of nodes', async () => {
    const { stdout } = await kubectl('get nodes -o wide');
    expect(words(stdout.split('\n')[0])).toEqual([
      'NAME',
      'STATUS',
      'ROLES',
      'AGE',
      'VERSION',
      'INTERNAL-IP',
      'EXTERNAL-IP',
      'OS-IMAGE',
      'KERNEL-VERSION',
      'CONTAINER-RUNTIME',
    ]);
    expect(words(stdout.split('\n')[1])).toEqual([
      NODES[0],
      'Ready',
      'agent',
      expect.stringMatching(/^\d+s$/),
      'v1.36.2',
      '10.240.0.4',
      '<none>',
      'Ubuntu 22.04',
      '5.15.0 (amd64)',
      'containerd://1.7.0',
    ]);
  });

  it('prints the columns of pods, wide and as JSON', async () => {
    const { stdout } = await kubectl('get pods -o wide');
    expect(words(stdout.split('\n')[0])).toEqual([
      'NAME',
      'READY',
      'STATUS',
      'RESTARTS',
      'AGE',
      'IP',
      'NODE',
      'NOMINATED NODE',
      'READINESS GATES',
    ]);
    expect(words(stdout.split('\n')[1]).toSpliced(4, 1)).toEqual([
      'pin',
      '1/1',
      'Running',
      '0',
      '10.244.0.5',
      NODES[0],
      '<none>',
      '<none>',
    ]);
    const pod = JSON.parse((await kubectl('get pod pin -o json')).stdout) as Pod; // kubectl prints the object as it is
    expect(pod.spec?.terminationGracePeriodSeconds).toBe(30);
  });

  it.each([
    [`describe node ${NODES[0]}`, 'Non-terminated Pods:          (1 in total)'],
    ['describe pod pin', 'QoS Class:                   BestEffort'],
    ['describe deployment web', 'RollingUpdateStrategy:  25% max unavailable, 25% max surge'],
    ['get events', ''],
    ['logs pin', 'hello from the pod'],
    ['explain deployment.spec.strategy', 'rollingUpdate'],
    ['api-resources --api-group=apps', 'statefulsets'],
    ['get --raw /livez', 'ok'],
    ['get pods -l app=pin -o name', 'pod/pin'],
    ['rollout history deploy/web', 'deployment.apps/web'],
  ])('answers %s', async (command, expected) => {
    const { exit, stdout, stderr } = await kubectl(command);
    expect({ exit, stderr: exit === 0 ? '' : stderr }).toEqual({ exit: 0, stderr: '' });
    expect(stdout).toContain(expected);
  });

  it.each([
    ['get pod nope', 'Error from server (NotFound): pods "nope" not found'],
    ['get nopes', `error: the server doesn't have a resource type "nopes"`],
    ['top nodes', 'error: Metrics API not available'],
  ])('says clearly why %s fails', async (command, expected) => {
    const { exit, stderr } = await kubectl(command);
    expect(exit).not.toBe(0);
    expect(stderr).toContain(expected);
  });
});

describe('kubectl writes', () => {
  it.each([
    ['scale deploy/web --replicas=3', 'deployment.apps/web scaled'],
    ['set image deploy/web c=registry.example/app:2', 'deployment.apps/web image updated'],
    ['patch deploy web -p {"spec":{"replicas":1}}', 'deployment.apps/web patched'],
    ['rollout restart deploy/web', 'deployment.apps/web restarted'],
    ['annotate deploy web note=hello', 'deployment.apps/web annotated'],
    [`label node ${NODES[1]} disk=ssd`, 'labeled'],
    [`taint nodes ${NODES[1]} dedicated=db:NoSchedule`, 'tainted'],
    [`taint nodes ${NODES[1]} dedicated-`, 'untainted'],
    [`cordon ${NODES[1]}`, 'cordoned'],
    [`drain ${NODES[1]} --ignore-daemonsets`, 'drained'],
    [`uncordon ${NODES[1]}`, 'uncordoned'],
    ['create configmap conf --from-literal=a=b', 'configmap/conf created'],
    ['create secret generic key --from-literal=a=b', 'secret/key created'],
    ['create namespace demo', 'namespace/demo created'],
    ['create deployment quick --image=registry.example/q:1 --replicas=2', 'deployment.apps/quick created'],
    ['create poddisruptionbudget guard --selector=app=web --min-available=1', 'poddisruptionbudget.policy/guard created'],
    ['auth can-i delete pods', 'yes'],
    ['auth whoami', 'admin'],
  ])('%s', async (command, expected) => {
    const { exit, stdout, stderr } = await kubectl(command);
    expect({ exit, stderr: exit === 0 ? '' : stderr }).toEqual({ exit: 0, stderr: '' });
    expect(stdout).toContain(expected);
  });

  it('leaves the effects of those writes in the store', () => {
    const web = server.api.get<Deployment>('Deployment', 'default', 'web');
    expect(web?.spec?.replicas).toBe(1);
    expect(web?.spec?.template.spec?.containers[0]?.image).toBe('registry.example/app:2');
    expect(web?.metadata.annotations?.['note']).toBe('hello');
    expect(server.api.get<Deployment>('Deployment', 'default', 'quick')?.spec?.replicas).toBe(2);
    expect(server.api.get<ConfigMap>('ConfigMap', 'default', 'conf')?.data).toEqual({ a: 'b' });
  });

  it('waits for a condition and for a rollout', async () => {
    const generation = server.api.get<Deployment>('Deployment', 'default', 'web')?.metadata.generation ?? 0;
    server.api.modify<Deployment>(
      'Deployment',
      'default',
      'web',
      (web) => {
        const counts = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
        web.status = { observedGeneration: generation, ...counts, conditions: [{ type: 'Available', status: 'True' }] };
      },
      { subresource: 'status' },
    );
    expect((await kubectl('rollout status deploy/web --timeout=5s')).stdout).toContain('successfully rolled out');
    expect((await kubectl('wait --for=condition=Available deploy/web --timeout=5s')).stdout).toContain('condition met');
  });

  it('applies on the server, and tells whose fields are contested', async () => {
    const first = await kubectl('apply --server-side --field-manager=one -f -', WEB.replaceAll('name: web', 'name: shared'));
    expect(first.exit).toBe(0);
    const second = await kubectl(
      'apply --server-side --field-manager=two -f -',
      WEB.replaceAll('name: web', 'name: shared').replace('replicas: 2', 'replicas: 4'),
    );
    expect(second.exit).not.toBe(0);
    expect(second.stderr).toContain('conflict with "one": .spec.replicas');
  });

  it('refuses a misspelt field', async () => {
    const { exit, stderr } = await kubectl('create -f -', WEB.replace('replicas: 2', 'replica: 2').replaceAll('name: web', 'name: other'));
    expect(exit).not.toBe(0);
    expect(stderr).toContain('strict decoding error: unknown field "spec.replica"');
  });

  it('shows changes as they come', async () => {
    const watching = runKubectl(['get', 'deploy', 'web', '-w', '--no-headers'], { kubeconfig: server.kubeconfig, timeoutMs: 3000 });
    for (let attempt = 0; attempt < 10; attempt++) await kubectl(`annotate deploy web --overwrite turn=${attempt}`);
    expect((await watching).stdout.split('\n').length).toBeGreaterThan(2);
  });

  it('deletes', async () => {
    const { exit, stdout } = await kubectl('delete deploy/web svc/web');
    expect({ exit, stdout }).toMatchObject({ exit: 0 });
    expect(server.api.get('Deployment', 'default', 'web')).toBeUndefined();
    expect((await kubectl('delete pod pin --wait=false')).exit).toBe(0);
    expect(server.api.get('Pod', 'default', 'pin')?.metadata.deletionTimestamp).toBeDefined();
  });
});
