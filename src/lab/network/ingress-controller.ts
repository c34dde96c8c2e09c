import type { Pod } from '../../kubernetes/index.ts';
import type { LabApi } from '../kube-api/index.ts';
import type { Party } from './network-policies.ts';

const NAME = 'app.kubernetes.io/name';
const LABELS = { [NAME]: 'ingress-nginx', 'app.kubernetes.io/instance': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' };

/**
 * For whom network policies take the Ingress: a controller's pod of the cluster, when it has one (a twin's), else one of
 * ingress-nginx as it is commonly installed. It has no node: the lab's Ingress stands outside them.
 */
export function controllerParty(api: LabApi): Party {
  const own = api.list<Pod>('Pod').find(({ metadata }) => isController(metadata.namespace ?? '', metadata.labels ?? {}));
  const { namespace = 'ingress-nginx', labels = LABELS } = own?.metadata ?? {};
  return { ip: own?.status?.podIP ?? '', pod: { namespace, labels, ports: [] } };
}

function isController(namespace: string, labels: Readonly<Record<string, string>>): boolean {
  return labels[NAME] === 'ingress-nginx' || (namespace === 'app-routing-system' && labels['app'] === 'nginx');
}
