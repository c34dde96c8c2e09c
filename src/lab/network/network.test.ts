import { afterEach, describe, expect, it } from 'vitest';
import type { EndpointSlice, NetworkPolicy, Pod } from '../../kubernetes/index.ts';
import { codeOf, echo, pod, podsAsked, service, slice, start, stopAll, twoPods } from './_test-network.ts';
import type { Started } from './_test-network.ts';
import type { Origin } from './index.ts';

afterEach(stopAll);

describe('services', () => {
  it.each(['web', 'web.shop', 'web.shop.svc', 'web.shop.svc.cluster.local', '10.0.0.10'])('are reached as %s', async (name) => {
    const lab = start();
    await twoPods(lab);
    const answer = await lab.network.fetch(pod, `http://${name}/x?y=1`);
    expect(JSON.parse(answer.body)).toMatchObject({ url: '/x?y=1', method: 'GET' });
  });

  it('spread connections over ready endpoints', async () => {
    const lab = start();
    await twoPods(lab);
    expect(new Set(await podsAsked(lab.network, 20))).toEqual(new Set(['a', 'b']));
  });

  it('keep a client on one endpoint with session affinity', async () => {
    const lab = start();
    await twoPods(lab, { sessionAffinity: 'ClientIP' });
    expect(new Set(await podsAsked(lab.network, 20)).size).toBe(1);
  });

  it('stay on the node with internalTrafficPolicy Local', async () => {
    const lab = start();
    await twoPods(lab, { internalTrafficPolicy: 'Local' });
    expect(new Set(await podsAsked(lab.network, 10))).toEqual(new Set(['a']));
  });

  it('keep a connection that is open on its endpoint, and choose anew for the next one', async () => {
    const lab = start();
    await twoPods(lab);
    const from: Origin = { ...pod, ip: '10.244.1.9' };
    const one = async (headers = {}): Promise<string> => (await lab.network.fetch(from, 'http://web', { headers })).headers['x-pod'] ?? '?';
    const kept = [];
    for (let time = 0; time < 12; time++) kept.push(await one());
    expect(new Set(kept).size).toBe(1);
    const fresh = [];
    for (let time = 0; time < 24; time++) fresh.push(await one({ connection: 'close' }));
    expect(new Set(fresh).size).toBe(2);
  });

  it('on a node port lead over the node that was asked, to any endpoint', async () => {
    const lab = start();
    await twoPods(lab, { type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30080 }] });
    expect(new Set(await podsAsked(lab.network, 20, 'http://10.224.0.1:30080'))).toEqual(new Set(['a', 'b']));
    lab.network.setNodeReachable('n1', false);
    const elsewhere: Origin = { ...pod, node: 'n2' };
    expect(await codeOf(lab.network.fetch(elsewhere, 'http://10.224.0.1:30080', { timeoutMs: 4000 }))).toBe('TIMED_OUT');
  });

  it('drop what comes from outside to a node without endpoints under externalTrafficPolicy Local', async () => {
    const lab = start();
    await twoPods(lab, { type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ name: 'http', port: 80, nodePort: 30080 }] });
    lab.api.modify<EndpointSlice>('EndpointSlice', 'shop', 'web-abcde', (draft) => void draft.endpoints.pop());
    const fromNode: Origin = { kind: 'node', node: 'n1' };
    expect(await codeOf(lab.network.fetch(fromNode, 'http://10.224.0.2:30080', { timeoutMs: 4000 }))).toBe('TIMED_OUT');
    expect((await lab.network.fetch({ kind: 'node', node: 'n2' }, 'http://10.224.0.1:30080')).status).toBe(200);
    expect((await lab.network.fetch(pod, 'http://10.224.0.2:30080')).status).toBe(200);
  });

  it('refuse at once when no endpoint is ready', async () => {
    const { api, network } = start();
    api.seed('Service', service('web'));
    api.seed('EndpointSlice', slice('web', [{ ip: '10.244.1.5', node: 'n1', ready: false }]));
    await expect(network.fetch(pod, 'http://web')).rejects.toThrow(/connection refused: service shop\/web has no ready endpoint \(of 1\)/);
  });

  it('without an address stand for their pods, each by its own name too', async () => {
    const lab = start();
    await twoPods(lab, { clusterIP: 'None' });
    lab.api.delete('EndpointSlice', 'shop', 'web-abcde');
    lab.api.seed('EndpointSlice', slice('web', [{ ip: '10.244.2.5', node: 'n2', hostname: 'web-0' }]));
    expect(await podsAsked(lab.network, 1, 'http://web-0.web:8080')).toEqual(['b']);
    expect(await podsAsked(lab.network, 1, 'http://web.shop.svc:8080')).toEqual(['b']);
    expect(await codeOf(lab.network.fetch(pod, 'http://web-1.web:8080'))).toBe('UNREACHABLE');
  });

  it('exist for pods alone', async () => {
    const lab = start();
    await twoPods(lab);
    expect(await codeOf(lab.network.fetch({ kind: 'outside' }, 'http://web.shop.svc'))).toBe('UNREACHABLE');
    expect(await codeOf(lab.network.fetch({ kind: 'node', node: 'n1' }, 'http://web.shop.svc'))).toBe('UNREACHABLE');
    expect(await codeOf(lab.network.fetch({ kind: 'node', node: 'n1' }, 'http://10.244.2.5:8080'))).toMatch(/^no error/);
  });
});

describe('a pod that sets its own names', () => {
  it('finds its host aliases, and services below its search domains', async () => {
    const lab = start();
    await twoPods(lab);
    let last = 20;
    // Another pod each time: connections that one has kept alive ask for no name.
    const own = async (spec: Partial<Pod['spec']>): Promise<string[]> => {
      const asked = { ...pod, namespace: 'other', ip: `10.244.1.${++last}` };
      lab.api.seed<Pod>('Pod', {
        metadata: { name: 'client', namespace: 'other' },
        spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'x' }], ...spec },
        status: { podIP: asked.ip },
      });
      const seen = await Promise.all(
        ['http://web/', 'http://shop.example/', 'http://web.shop/'].map((url) => codeOf(lab.network.fetch(asked, url))),
      );
      lab.api.delete('Pod', 'other', 'client', { gracePeriodSeconds: 0 });
      return seen.map((text) => (text.startsWith('no error') ? 'found' : text));
    };
    expect(await own({})).toEqual(['UNREACHABLE', 'UNREACHABLE', 'found']);
    expect(await own({ dnsConfig: { searches: ['shop.svc.cluster.local'] } })).toEqual(['found', 'UNREACHABLE', 'found']);
    expect(await own({ hostAliases: [{ ip: '10.0.0.10', hostnames: ['shop.example'] }] })).toEqual(['UNREACHABLE', 'found', 'found']);
    expect(await own({ dnsPolicy: 'Default' })).toEqual(['UNREACHABLE', 'UNREACHABLE', 'UNREACHABLE']);
    expect(await own({ hostNetwork: true })).toEqual(['UNREACHABLE', 'UNREACHABLE', 'UNREACHABLE']);
    expect(await own({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' })).toEqual(['UNREACHABLE', 'UNREACHABLE', 'found']);
  });
});

describe('network policies', () => {
  const isolated = (policy: NetworkPolicy['spec']): NetworkPolicy => ({
    metadata: { name: 'isolated', namespace: 'shop' },
    ...(policy && { spec: policy }),
  });
  const seedPod = ({ api }: Started, name: string, podIP: string, node: string): void =>
    void api.seed<Pod>('Pod', {
      metadata: { name, namespace: 'shop', labels: { app: name } },
      spec: { nodeName: node, containers: [{ name: 'c', image: 'x' }] },
      status: { podIP, phase: 'Running' },
    });

  it('let connections hang that no rule lets through, and probes arrive', async () => {
    const lab = start();
    await twoPods(lab);
    seedPod(lab, 'web', '10.244.2.5', 'n2');
    seedPod(lab, 'client', '10.244.1.9', 'n1');
    lab.api.seed('NetworkPolicy', isolated({ podSelector: { matchLabels: { app: 'web' } }, ingress: [] }));
    const client: Origin = { ...pod, ip: '10.244.1.9' };
    expect(await codeOf(lab.network.fetch(client, 'http://10.244.2.5:8080', { timeoutMs: 4000 }))).toBe('TIMED_OUT');
    expect((await lab.network.fetch({ kind: 'node', node: 'n2' }, 'http://10.244.2.5:8080')).status).toBe(200);
    expect((await lab.network.fetch(client, 'http://10.244.1.5:8080')).status).toBe(200);
  });

  it('that forget the DNS leave a pod without names', async () => {
    const lab = start();
    await twoPods(lab);
    seedPod(lab, 'client', '10.244.1.9', 'n1');
    const client: Origin = { ...pod, ip: '10.244.1.9' };
    const everyPod = { podSelector: {} };
    lab.api.seed('NetworkPolicy', isolated({ ...everyPod, policyTypes: ['Egress'], egress: [{ ports: [{ port: 8080 }] }] }));
    expect(await codeOf(lab.network.fetch(client, 'http://web', { timeoutMs: 4000 }))).toBe('TIMED_OUT');
    expect((await lab.network.fetch(client, 'http://10.0.0.10')).status).toBe(200);
    lab.api.seed('NetworkPolicy', {
      ...isolated({ ...everyPod, policyTypes: ['Egress'], egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }] }),
      metadata: { name: 'dns', namespace: 'shop' },
    });
    expect((await lab.network.fetch(client, 'http://web')).status).toBe(200);
  });
});

describe('hosts outside the nodes', () => {
  it('are found by name from anywhere, and no more once they are gone', async () => {
    const { network } = start();
    const cancel = await network.listenOutside('sql.database.lab', 80, echo('sql'));
    expect((await network.fetch(pod, 'http://sql.database.lab/')).status).toBe(200);
    cancel();
    expect(await codeOf(network.fetch(pod, 'http://sql.database.lab/'))).toBe('UNREACHABLE');
  });
});

describe('a dead node', () => {
  it('lets new connections hang to their limit, whether or not anything listens there', async () => {
    const lab = start();
    await twoPods(lab);
    lab.network.setNodeReachable('n2', false);
    expect(await codeOf(lab.network.fetch(pod, 'http://10.244.2.5:8080', { timeoutMs: 4000 }))).toBe('TIMED_OUT');
    expect(await codeOf(lab.network.fetch(pod, 'http://10.244.2.77:8080', { timeoutMs: 4000 }))).toBe('TIMED_OUT');
    expect(await codeOf(lab.network.fetch(pod, 'http://10.244.1.77:8080', { timeoutMs: 4000 }))).toBe('UNREACHABLE');
  });

  it('is still chosen by its services, for readiness is all they know', async () => {
    const lab = start();
    await twoPods(lab);
    lab.network.setNodeReachable('n2', false);
    const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(lab.network.fetch(pod, 'http://web', { timeoutMs: 4000 }))));
    expect(codes.filter((code) => code === 'TIMED_OUT').length).toBeGreaterThan(3);
    expect(codes.filter((code) => code.startsWith('no error')).length).toBeGreaterThan(3);
  });

  it('answers again when it is back within the limit', async () => {
    const lab = start();
    await twoPods(lab);
    lab.network.setNodeReachable('n2', false);
    const waiting = lab.network.fetch(pod, 'http://10.244.2.5:8080', { timeoutMs: 60_000 });
    lab.network.setNodeReachable('n2', true);
    expect((await waiting).status).toBe(200);
  });

  it('goes silent in the middle of an answer, and resets the connection at its return', async () => {
    const { network } = start();
    let asked = (): void => {};
    const wasAsked = new Promise<void>((resolve) => (asked = resolve));
    let answer = (): void => {};
    await network.listen({ ip: '10.244.2.5', node: 'n2', port: 8080 }, (_, response) => {
      answer = () => response.end('too late');
      asked();
    });
    const first = codeOf(network.fetch(pod, 'http://10.244.2.5:8080', { timeoutMs: 60_000 }));
    await wasAsked;
    network.setNodeReachable('n2', false);
    answer();
    const state = await Promise.race([first, new Promise((resolve) => setTimeout(resolve, 50, 'silence'))]);
    network.setNodeReachable('n2', true);
    expect([state, await first]).toEqual(['silence', 'UNREACHABLE']);
  });

  it('swallows what its own pods ask for', async () => {
    const lab = start();
    await twoPods(lab);
    lab.network.setNodeReachable('n1', false);
    expect(await codeOf(lab.network.fetch(pod, 'http://10.244.2.5:8080', { timeoutMs: 4000 }))).toBe('TIMED_OUT');
  });
});
