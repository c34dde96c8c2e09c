import { EvenkeelError } from '../base/index.ts';
import type { Cancel } from '../base/index.ts';
import type { EndpointSlice, Pod } from '../kubernetes/index.ts';
import { matchesLabels } from '../kubernetes/index.ts';
import type { Service } from '../kubernetes/index.ts';
import type { LabApi } from './kube-api/index.ts';
import type { LabNetwork } from './network/index.ts';

// Wall milliseconds: how busy the machine is does not depend on how fast the lab runs.
const LIMIT_MS = 15_000;
const ANSWER_MS = 2_000;

/**
 * Waits until every Service of a namespace has the endpoints that its running pods give it, and every running pod answers on its ports.
 *
 * Limit: 15 seconds of the wall's time. Errors: `ENVIRONMENT`.
 */
export async function settled(api: LabApi, network: LabNetwork, namespace: string): Promise<void> {
  await endpointsOf(api, namespace);
  const running = api.list<Pod>('Pod', { namespace }).filter(({ status }) => status?.phase === 'Running');
  await Promise.all(running.map((pod) => answers(api, network, pod)));
}

function endpointsOf(api: LabApi, namespace: string): Promise<void> {
  const cancels: Cancel[] = [];
  const waiting = new Promise<void>((resolve, reject) => {
    const check = (): void => {
      if (api.list<Service>('Service', { namespace }).every((service) => isServed(api, service))) resolve();
    };
    cancels.push(api.watch<EndpointSlice>('EndpointSlice', check));
    cancels.push(api.clock.after(LIMIT_MS * api.clock.speed, () => reject(notReady('the services have no endpoints'))));
    check();
  });
  return waiting.finally(() => {
    for (const cancel of cancels) cancel();
  });
}

function isServed(api: LabApi, { metadata, spec }: Service): boolean {
  const { namespace, name } = metadata;
  const pods = api.list<Pod>('Pod', { namespace }).filter((pod) => matchesLabels(spec?.selector, pod.metadata.labels));
  const slices = api
    .list<EndpointSlice>('EndpointSlice', { namespace })
    .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === name);
  const ready = slices.flatMap((slice) => slice.endpoints).filter((endpoint) => endpoint.conditions?.ready !== false);
  return ready.length >= pods.length;
}

/** A program that was running before the lab began still has to open its port. */
async function answers(api: LabApi, network: LabNetwork, pod: Pod): Promise<void> {
  const { podIP } = pod.status ?? {};
  const ports = (pod.spec?.containers ?? []).flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort));
  const { speed } = api.clock;
  const untilMs = api.clock.now() + LIMIT_MS * speed;
  for (const port of ports) {
    for (;;) {
      try {
        await network.fetch({ kind: 'node', node: pod.spec?.nodeName ?? '' }, `http://${podIP}:${port}/healthz`, {
          timeoutMs: ANSWER_MS * speed,
        });
        break;
      } catch (error) {
        if (api.clock.now() > untilMs) throw notReady(`${pod.metadata.name} does not answer`, error);
        await api.clock.sleep(speed);
      }
    }
  }
}

const notReady = (why: string, cause?: unknown): EvenkeelError =>
  new EvenkeelError('ENVIRONMENT', `the lab did not get ready: ${why}`, {
    blame: 'environment',
    ...(cause === undefined ? {} : { cause }),
  });
