/**
 * The Ingress: nginx as ingress-nginx sets it up, on a real port of loopback.
 *
 * It stands for the cloud's load balancer and an ingress controller that is spread over the nodes, whose own failure is not what the lab
 * is about: so it lives outside the nodes and survives them all.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import type { Cancel, Clock, Logger } from '../../base/index.ts';
import type { Ingress, Service, ServicePort } from '../../kubernetes/index.ts';
import type { LabApi } from '../kube-api/index.ts';
import { createConnectingAgent } from './connecting-agent.ts';
import { controllerParty } from './ingress-controller.ts';
import { connectTo } from './dial.ts';
import type { Dialing } from './dial.ts';
import { findRoute } from './ingress-rules.ts';
import type { IngressRoute } from './ingress-rules.ts';
import { passOn, readUpstreamSettings } from './pass-on.ts';
import type { Upstream } from './pass-on.ts';
import type { ServiceDirectory } from './service-directory.ts';

export interface IngressOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly dialing: Dialing;
  readonly port: number;
}

/** Starts it. Errors: `ENVIRONMENT` when the port is taken. */
export async function startIngress(options: IngressOptions): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const { clock, log, dialing, port } = options;
  const { api } = dialing;
  const { directory } = dialing.names;
  const ingresses = new Map<string, Ingress>();
  const stopWatching = api.watch<Ingress>('Ingress', ({ type, object }) => {
    const key = `${object.metadata.namespace}/${object.metadata.name}`;
    if (type === 'DELETED') ingresses.delete(key);
    else ingresses.set(key, object);
  });
  const balancer = createBalancer(directory);
  // Kept-alive connections to the pods, pooled per pod.
  const sender = { node: undefined, party: () => controllerParty(api) };
  const agent = createConnectingAgent(
    ({ host, port: at }, signal = new AbortController().signal) => connectTo(dialing, sender, { kind: 'open', host, port: at }, signal),
    true,
  );

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [path = '/', query] = (request.url ?? '/').split(/\?(.*)/s);
    const route = findRoute([...ingresses.values()], request.headers.host ?? '', path);
    if (route === undefined) return refuse(response, 404, 'Not Found');
    const upstream = balancer(route);
    if (upstream === undefined) return refuse(response, 503, 'Service Temporarily Unavailable');
    const asked = query === undefined ? route.path : `${route.path}?${query}`;
    const settings = readUpstreamSettings(route.annotations);
    const refusal = await passOn({ request, response, path: asked, upstream, settings, agent, clock });
    if (refusal) {
      log.debug(`ingress: ${request.method} ${path}: ${refusal.status}`, { why: refusal.why });
      refuse(response, refusal.status, refusal.text);
    }
  };

  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 75_000 }, (request, response) => {
    response.setHeader('date', new Date(clock.now()).toUTCString());
    handle(request, response).catch((error: unknown) => {
      log.error(`ingress: ${messageOf(error)}`);
      if (!response.headersSent) refuse(response, 500, 'Internal Server Error');
      else response.destroy();
    });
  });
  const url = await listenOn(server, port);
  const stopPublishing = publishAddress(api, url);
  return {
    url,
    async stop() {
      stopWatching();
      stopPublishing();
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Writes where they are served into the Ingresses: the column ADDRESS of `kubectl get ingress`. */
function publishAddress(api: LabApi, url: string): Cancel {
  const { hostname: ip, port } = new URL(url);
  return api.watch<Ingress>('Ingress', ({ type, object }) => {
    if (type === 'DELETED' || object.status?.loadBalancer?.ingress?.[0]?.ip === ip) return;
    const status = { loadBalancer: { ingress: [{ ip, ports: [{ port: Number(port), protocol: 'TCP' }] }] } };
    api.modify<Ingress>('Ingress', object.metadata.namespace, object.metadata.name, (draft) => void (draft.status = status), {
      subresource: 'status',
    });
  });
}

async function listenOn(server: ReturnType<typeof createServer>, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new EvenkeelError('ENVIRONMENT', `the ingress can not listen on 127.0.0.1:${port}: ${error.code ?? error.message}`, {
          blame: 'environment',
          hint: 'Stop what uses that port, or choose another one (0 takes any free one).',
          cause: error,
        }),
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : port}`;
}

/** Round robin over the ready endpoints of each backend; the Service's own address is passed by. */
function createBalancer(directory: ServiceDirectory): (route: IngressRoute) => Upstream | undefined {
  const turns = new Map<string, number>();
  return ({ namespace, backend }) => {
    const service = directory.service(namespace, backend.service?.name ?? '');
    const port = service && portOf(service, backend.service?.port ?? {});
    if (service === undefined || port === undefined) return undefined;
    const key = `${namespace}/${service.metadata.name}/${port.port}`;
    const ready = () => directory.endpoints(service, port).filter((endpoint) => endpoint.ready);
    if (ready().length === 0) return undefined;
    return {
      name: key,
      next() {
        const candidates = ready();
        const turn = turns.get(key) ?? 0;
        turns.set(key, turn + 1);
        return candidates[turn % candidates.length];
      },
    };
  };
}

function portOf(service: Service, wanted: { readonly name?: string; readonly number?: number }): ServicePort | undefined {
  return (service.spec?.ports ?? []).find(({ name, port }) => (wanted.name === undefined ? port === wanted.number : name === wanted.name));
}

function refuse(response: ServerResponse, status: number, text: string): void {
  if (response.destroyed) return;
  const page = `<html>\r\n<head><title>${status} ${text}</title></head>\r\n<body>\r\n<center><h1>${status} ${text}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
  response.writeHead(status, { 'content-type': 'text/html' });
  response.end(page);
}
