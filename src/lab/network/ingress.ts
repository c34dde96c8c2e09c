/**
 * The Ingress: nginx as ingress-nginx sets it up, on a real port of loopback.
 *
 * It stands for the cloud's load balancer and an ingress controller that is spread over the nodes, whose own failure is not what the lab
 * is about: so it lives outside the nodes and survives them all.
 */
import { createServer } from 'node:http';
import type { Agent, IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import type { Cancel, Clock, Logger, Random } from '../../base/index.ts';
import type { Ingress, IngressClass } from '../../kubernetes/index.ts';
import type { LabApi } from '../kube-api/index.ts';
import { createConnectingAgent } from './connecting-agent.ts';
import type { Connect } from './connecting-agent.ts';
import { controllerParty } from './ingress-controller.ts';
import { connectTo } from './dial.ts';
import type { Dialing } from './dial.ts';
import { cookieOf, createIngressBalancer } from './ingress-balancer.ts';
import { redirectOf } from './ingress-redirect.ts';
import { findRoute, servedIngresses, unusablePaths } from './ingress-rules.ts';
import type { IngressRoute } from './ingress-rules.ts';
import { createIngressTls } from './ingress-tls.ts';
import { passOn, readUpstreamSettings } from './pass-on.ts';
import type { CertificateFor } from './types.ts';
import { answerUpgrades } from './upgrades.ts';

export interface IngressOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly dialing: Dialing;
  readonly port: number;
  /** Certificates for TLS; without them only plain HTTP is served. */
  readonly certificateFor?: CertificateFor | undefined;
}

export interface StartedIngress {
  readonly url: string;
  /** Where TLS is served, on any free port. */
  readonly tlsUrl: string | undefined;
  stop(): Promise<void>;
}

/** What browsers remember of a host with TLS, in ingress-nginx's words. */
const HSTS = 'max-age=31536000; includeSubDomains';

/** Starts it. Errors: `ENVIRONMENT` when the port is taken. */
export async function startIngress(options: IngressOptions): Promise<StartedIngress> {
  const { dialing, port, certificateFor, log } = options;
  const { api } = dialing;
  const rules = watchIngresses(api, log);
  // Kept-alive connections to the pods, pooled per pod.
  const connect = connectFrom(dialing);
  const agents = {
    plain: createConnectingAgent(connect, { keepAlive: true }),
    tls: createConnectingAgent(connect, { keepAlive: true, isTls: true }),
  };
  const tls: { port: number | undefined } = { port: undefined };
  const listener = requestListener(options, { served: rules.served, agents, tlsPort: () => tls.port });
  const secure = certificateFor && (await createIngressTls(certificateFor, listener(true)));
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 75_000 }, listener(false));
  answerUpgrades(server, listener(false));
  if (secure) answerUpgrades(secure, listener(true));
  const tlsPort = secure && (await listenOn(secure, 0));
  tls.port = tlsPort;
  const plainPort = await listenOn(server, port);
  const url = `http://127.0.0.1:${plainPort}`;
  const stopPublishing = publishAddress(api, rules.served, { plain: plainPort, tls: tlsPort });
  return {
    url,
    tlsUrl: tlsPort === undefined ? undefined : `https://127.0.0.1:${tlsPort}`,
    async stop() {
      rules.stop();
      stopPublishing();
      agents.plain.destroy();
      agents.tls.destroy();
      for (const one of secure ? [server, secure] : [server]) {
        one.closeAllConnections();
        await new Promise((resolve) => one.close(resolve));
      }
    },
  };
}

/** Where the controller's packets go: to pods, past kube-proxy; through it where a Service's own address is asked for. */
function connectFrom(dialing: Dialing): Connect {
  const { api, names } = dialing;
  const sender = { node: undefined, party: () => controllerParty(api) };
  return async ({ host, port }, signal = new AbortController().signal) => {
    const service = names.directory.byAddress(host);
    const servicePort = service?.spec?.ports?.find((candidate) => candidate.port === port);
    if (service === undefined || servicePort === undefined) return connectTo(dialing, sender, { kind: 'open', host, port }, signal);
    const choice = names.proxy(service, servicePort, { key: 'ingress', node: undefined, traffic: 'internal' });
    if (choice.kind === 'refused') throw new EvenkeelError('UNREACHABLE', `connection refused: ${choice.why}`, { blame: 'target' });
    if (choice.kind === 'dropped') return connectTo(dialing, sender, choice, signal);
    return connectTo(dialing, sender, { kind: 'open', host: choice.endpoint.ip, port: choice.endpoint.port }, signal);
  };
}

/** The Ingresses of the last configuration that nginx could load. */
function watchIngresses(api: LabApi, log: Logger): { readonly served: () => readonly Ingress[]; readonly stop: Cancel } {
  const ingresses = new Map<string, Ingress>();
  let loaded: readonly Ingress[] = [];
  const load = (): void => {
    const wanted = servedIngresses([...ingresses.values()], api.list<IngressClass>('IngressClass'));
    const unusable = unusablePaths(wanted);
    if (unusable.length === 0) loaded = wanted;
    else log.error(`ingress: nginx keeps the configuration before: no regular expression: ${unusable.join(', ')}`);
  };
  const stops = [
    api.watch<Ingress>('Ingress', ({ type, object }) => {
      const key = `${object.metadata.namespace}/${object.metadata.name}`;
      if (type === 'DELETED') ingresses.delete(key);
      else ingresses.set(key, object);
      load();
    }),
    api.watch<IngressClass>('IngressClass', load),
  ];
  return { served: () => loaded, stop: () => stops.forEach((stop) => stop()) };
}

interface Parts {
  readonly served: () => readonly Ingress[];
  /** Their connections to backends, without and with TLS. */
  readonly agents: { readonly plain: Agent; readonly tls: Agent };
  readonly tlsPort: () => number | undefined;
}

function requestListener(
  { clock, log, dialing, random }: IngressOptions,
  { served, agents, tlsPort }: Parts,
): (isTls: boolean) => RequestListener {
  const balancer = createIngressBalancer(dialing.names.directory, random);
  const routeOf = (request: IncomingMessage, path: string): IngressRoute | undefined =>
    findRoute(served(), {
      host: request.headers.host ?? '',
      path,
      header: (name) => request.headers[name]?.toString(),
      cookie: (name) => cookieOf(request, name),
      percent: () => random.next() * 100,
    });
  const handle = async (request: IncomingMessage, response: ServerResponse, isTls: boolean): Promise<void> => {
    const [path = '/', query] = (request.url ?? '/').split(/\?(.*)/s);
    const route = routeOf(request, path);
    if (route === undefined) return refuse(response, 404, 'Not Found');
    const redirect = redirectOf(route, { host: request.headers.host ?? '', url: request.url ?? '/', isTls, tlsPort: tlsPort() });
    if (redirect) return sendRedirect(response, redirect.status, redirect.location);
    const upstream = balancer(route, request);
    if (upstream === undefined) return refuse(response, 503, 'Service Temporarily Unavailable');
    const asked = query === undefined ? route.path : `${route.path}?${query}`;
    const settings = readUpstreamSettings(route.annotations);
    const agent = settings.isTls ? agents.tls : agents.plain;
    const refusal = await passOn({ request, response, path: asked, upstream, settings, agent, clock, isTls });
    if (refusal) {
      log.debug(`ingress: ${request.method} ${path}: ${refusal.status}`, { why: refusal.why });
      refuse(response, refusal.status, refusal.text);
    }
  };
  return (isTls) => (request, response) => {
    response.setHeader('date', new Date(clock.now()).toUTCString());
    if (isTls) response.setHeader('strict-transport-security', HSTS);
    handle(request, response, isTls).catch((error: unknown) => {
      log.error(`ingress: ${messageOf(error)}`);
      if (!response.headersSent) refuse(response, 500, 'Internal Server Error');
      else response.destroy();
    });
  };
}

/** Writes where they are served into the Ingresses: the column ADDRESS of `kubectl get ingress`. */
function publishAddress(
  api: LabApi,
  served: () => readonly Ingress[],
  { plain, tls }: { readonly plain: number; readonly tls: number | undefined },
): Cancel {
  const publish = (): void => {
    for (const { metadata, spec, status } of served()) {
      const ports = [plain, ...(tls !== undefined && (spec?.tls ?? []).length > 0 ? [tls] : [])];
      const wanted = { ingress: [{ ip: '127.0.0.1', ports: ports.map((port) => ({ port, protocol: 'TCP' })) }] };
      if (JSON.stringify(status?.loadBalancer) === JSON.stringify(wanted)) continue;
      api.modify<Ingress>('Ingress', metadata.namespace, metadata.name, (draft) => void (draft.status = { loadBalancer: wanted }), {
        subresource: 'status',
      });
    }
  };
  const stops = [api.watch<Ingress>('Ingress', publish), api.watch<IngressClass>('IngressClass', publish)];
  return () => {
    for (const stop of stops) stop();
  };
}

async function listenOn(server: Server, port: number): Promise<number> {
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
  return typeof address === 'object' && address !== null ? address.port : port;
}

function sendRedirect(response: ServerResponse, status: number, location: string): void {
  if (response.destroyed) return;
  response.writeHead(status, { location, 'content-type': 'text/html' });
  response.end();
}

function refuse(response: ServerResponse, status: number, text: string): void {
  if (response.destroyed) return;
  const page = `<html>\r\n<head><title>${status} ${text}</title></head>\r\n<body>\r\n<center><h1>${status} ${text}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
  response.writeHead(status, { 'content-type': 'text/html' });
  response.end(page);
}
