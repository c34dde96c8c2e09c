/** Keeps the older Endpoints objects, which `kubectl get endpoints` still shows. Source: pkg/controller/endpoint (1.36). */
import { type Endpoints, type Pod, type Service } from '../../../kubernetes/index.ts';
import { isFinished, isReady, isTerminating, splitKey } from '../runtime/pods.ts';
import { canonicalJson } from '../runtime/template-hash.ts';
import { watchingController } from '../runtime/watching-controller.ts';
import { targetPort } from './endpoint-slice.ts';
import { ServicePods } from './service-pods.ts';
import { markChange, TriggerTimes } from './trigger-times.ts';

const HEADLESS = 'service.kubernetes.io/headless';

type Subset = NonNullable<Endpoints['subsets']>[number];
type Port = NonNullable<Subset['ports']>[number];
type Address = NonNullable<Subset['addresses']>[number];

export const endpoints = watchingController('endpoint-controller', 'Keeps an Endpoints object for every Service with a selector.', () => {
  const selected = new ServicePods();
  const times = new TriggerTimes();
  return {
    watch: ({ api }, queue) => [
      api.watch<Service>('Service', (event) => selected.noteService(api, event).forEach((key) => queue.add(key))),
      api.watch<Pod>('Pod', (event) => selected.notePod(event).forEach((key) => queue.add(key))),
    ],
    sync({ api }, key) {
      const { namespace, name } = splitKey(key);
      const service = api.get<Service>('Service', namespace, name);
      if (service === undefined) {
        times.forget(key);
        if (api.get('Endpoints', namespace, name)) api.delete('Endpoints', namespace, name);
        return;
      }
      if (service.spec?.selector === undefined || service.spec.type === 'ExternalName') return;
      const pods = selected.podsOf(api, service);
      const trigger = times.note(service, pods);
      const subsets = subsetsOf(service, pods);
      const labels = labelsOf(service);
      const changed = api.modify<Endpoints>('Endpoints', namespace, name, (draft) => {
        if (canonicalJson([draft.subsets ?? [], draft.metadata.labels]) === canonicalJson([subsets, labels])) return;
        if (subsets.length > 0) draft.subsets = [...subsets];
        else delete draft.subsets;
        draft.metadata.labels = labels;
        markChange(draft.metadata, trigger);
      });
      if (changed) return;
      const metadata: Endpoints['metadata'] & { annotations?: Record<string, string> } = { name, namespace, labels };
      markChange(metadata, trigger);
      api.create<Endpoints>('Endpoints', {
        metadata,
        ...(subsets.length > 0 ? { subsets: [...subsets] } : {}),
      });
    },
  };
});

/** Source: pkg/controller/endpoint/endpoints_controller.go, syncService. */
function labelsOf({ metadata, spec }: Service): Record<string, string> {
  const { [HEADLESS]: _own, ...labels } = metadata.labels ?? {};
  const isHeadless = spec?.clusterIP === 'None' || (spec?.clusterIP ?? '') === '';
  return { ...labels, ...(isHeadless ? { [HEADLESS]: '' } : {}), 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' };
}

function subsetsOf(service: Service, pods: readonly Pod[]): readonly Subset[] {
  const subsets = new Map<string, Subset>();
  const isPublished = service.spec?.publishNotReadyAddresses === true;
  for (const pod of pods) {
    if (isFinished(pod) || (isTerminating(pod) && !isPublished) || !pod.status?.podIP) continue;
    const ports = portsOf(service, pod);
    // A pod without any of the named ports is not behind the service.
    if (ports.length === 0 && (service.spec?.ports ?? []).length > 0) continue;
    const subset: Subset = subsets.get(canonicalJson(ports)) ?? { ports };
    subsets.set(canonicalJson(ports), subset);
    const { nodeName, hostname, subdomain } = pod.spec ?? {};
    const address = {
      ip: pod.status.podIP,
      ...(hostname !== undefined && subdomain === service.metadata.name ? { hostname } : {}),
      ...(nodeName === undefined ? {} : { nodeName }),
      targetRef: { kind: 'Pod', namespace: pod.metadata.namespace ?? '', name: pod.metadata.name, uid: pod.metadata.uid ?? '' },
    };
    const list = isReady(pod) || isPublished ? 'addresses' : 'notReadyAddresses';
    (subset[list] ??= []).push(address);
  }
  for (const subset of subsets.values()) {
    for (const list of [subset.addresses, subset.notReadyAddresses]) list?.sort(byAddress);
  }
  return [...subsets.values()];
}

const portsOf = (service: Service, pod: Pod): Port[] =>
  (service.spec?.ports ?? []).flatMap((port) => {
    const number = targetPort(port, pod);
    if (number === undefined) return [];
    const name = port.name === undefined ? {} : { name: port.name };
    const appProtocol = port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol };
    return [{ ...name, port: number, protocol: port.protocol ?? 'TCP', ...appProtocol }];
  });

/** Source: pkg/api/v1/endpoints/util.go, addrsByIPAndUID. */
function byAddress(a: Address, b: Address): number {
  if (a.ip !== b.ip) return a.ip < b.ip ? -1 : 1;
  return (a.targetRef?.uid ?? '') < (b.targetRef?.uid ?? '') ? -1 : 1;
}
