import { expect, it } from 'vitest';
import { createRandom, createVirtualClock } from '../../../base/index.ts';
import type { Endpoints, Pod, Service } from '../../../kubernetes/index.ts';
import { createLabApi } from '../../kube-api/index.ts';
import { containerFiles } from './container-files.ts';
import { lookUp } from './look-up.ts';

const start = () => createLabApi({ clock: createVirtualClock(), random: createRandom('names') });
const container = { name: 'c', image: 'x' };
const podOf = (subdomain?: string): Pod => ({
  metadata: { name: 'db-0', namespace: 'bank' },
  spec: { hostname: 'db-0', containers: [container], ...(subdomain === undefined ? {} : { subdomain }) },
  status: { podIP: '10.244.0.9' },
});

it('the hosts file of a pod with a subdomain has its full name before the short one', () => {
  const hosts = (pod: Pod) => containerFiles(start(), pod, container).get('/etc/hosts');
  expect(hosts(podOf('db'))).toContain('\n10.244.0.9\tdb-0.db.bank.svc.cluster.local\tdb-0\n');
  expect(hosts(podOf())).toContain('\n10.244.0.9\tdb-0\n');
});

it.each(['db-0.db', 'db-0.db.bank.svc', 'db-0.db.bank.svc.cluster.local'])('a stateful pod is found by %s', (host) => {
  const api = start();
  api.seed<Service>('Service', { metadata: { name: 'db', namespace: 'bank' }, spec: { clusterIP: 'None' } });
  const addresses = [
    { ip: '10.244.0.9', hostname: 'db-0' },
    { ip: '10.244.0.10', hostname: 'db-1' },
  ];
  api.seed<Endpoints>('Endpoints', { metadata: { name: 'db', namespace: 'bank' }, subsets: [{ addresses, ports: [{ port: 5432 }] }] });
  expect(lookUp(api, 'bank', host)).toEqual({ name: 'db-0.db.bank.svc.cluster.local', addresses: ['10.244.0.9'] });
});
