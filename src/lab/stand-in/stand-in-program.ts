/** What runs for an image that the lab does not know: a server that answers, and calls what it is known to call. */
import type { IncomingMessage, RequestListener } from 'node:http';
import { messageOf, parseDuration } from '../../base/index.ts';
import type { Container, Pod } from '../../kubernetes/index.ts';
import type { Program, ProgramContext } from '../kubelet/index.ts';
import { SERVING, UNAVAILABLE, answerGrpc, isGrpc, isHealthCheck } from './answer-grpc.ts';
import { isWebSocket, talk } from './talk.ts';
import type { WorkloadKnowledge } from './workload-knowledge.ts';

/** On the pod (template): how long until its containers listen. */
export const START_UP_ANNOTATION = 'evenkeel.dev/start-up';
/** On the pod (template) of a job: how long until its containers are done. */
export const RUNS_FOR_ANNOTATION = 'evenkeel.dev/runs-for';

const DEFAULT_START_UP_MS = 5_000;
const DEFAULT_JOB_MS = 10_000;
const CALL_LIMIT_MS = 5_000;
/** The workloads that a request came through, so that programs which call each other come to an end. */
const TRAIL_HEADER = 'x-evenkeel-trail';

/**
 * Serves every TCP port of the container, those of its probes, and those that Services send to. Every path answers 200, so probes find
 * what they look for, over TLS too, and gRPC's health check says SERVING; WebSockets are answered message by message. A request that is no probe first asks what the workload is known to call, and answers 502 when one of them fails.
 * A job's container ends with 0 after a while.
 *
 * Errors: `INVALID_INPUT` when an annotation is no duration.
 */
export function standInProgram(pod: Pod, container: Container, knowledge?: WorkloadKnowledge): Program {
  const runsForMs = durationOf(pod, RUNS_FOR_ANNOTATION) ?? DEFAULT_JOB_MS;
  return {
    startUpMs: durationOf(pod, START_UP_ANNOTATION) ?? DEFAULT_START_UP_MS,
    async start(context) {
      const answer = answerFor(context, knowledge);
      const secured = securedPorts(container);
      const open = new Set<number>();
      const listen = async (): Promise<void> => {
        const ports = portsOf(pod, container, knowledge).filter((port) => !open.has(port));
        for (const port of ports) open.add(port);
        await Promise.all(ports.map((port) => context.listen(port, secured.has(port) ? overTlsAlone(answer) : answer)));
        if (ports.length > 0 || open.size === 0)
          context.log.info(`stand-in for ${container.image} listens on ${ports.join(', ') || 'no port'}`);
      };
      await listen();
      const report = (error: unknown): void => context.log.error(messageOf(error));
      const forget = knowledge?.onServiceOf(pod, () => void listen().catch(report)) ?? (() => {});
      const isJob = pod.metadata.ownerReferences?.some(({ kind }) => kind === 'Job') === true;
      const cancel = isJob ? context.clock.after(runsForMs, () => context.exit(0)) : () => {};
      return {
        async stop() {
          forget();
          cancel();
        },
      };
    },
  };
}

function durationOf(pod: Pod, annotation: string): number | undefined {
  const text = pod.metadata.annotations?.[annotation];
  return text === undefined ? undefined : parseDuration(text);
}

function portsOf(pod: Pod, container: Container, knowledge: WorkloadKnowledge | undefined): number[] {
  const declared = declaredPorts(container);
  const probes = [container.readinessProbe, container.livenessProbe, container.startupProbe];
  const probed = probes.flatMap((probe) => {
    const port = probe?.httpGet?.port ?? probe?.tcpSocket?.port ?? probe?.grpc?.port;
    return typeof port === 'number' ? [port] : [];
  });
  // Ports that only Services know of are the first container's, unless another one declares them.
  const containers = pod.spec?.containers ?? [];
  const isFirst = containers.length === 0 || containers[0]?.name === container.name;
  const taken = new Set(containers.flatMap(declaredPorts));
  const served = isFirst ? (knowledge?.targetPortsOf(pod) ?? []).filter((port) => !taken.has(port)) : [];
  return [...new Set([...declared, ...probed, ...served])];
}

const declaredPorts = ({ ports = [] }: Container): number[] =>
  ports.filter(({ protocol = 'TCP' }) => protocol === 'TCP').map(({ containerPort }) => containerPort);

/** Ports that probes ask over TLS, and none without it: what listens there elsewhere speaks TLS alone. */
function securedPorts({ readinessProbe, livenessProbe, startupProbe, ports = [] }: Container): ReadonlySet<number> {
  const probed = [readinessProbe, livenessProbe, startupProbe].flatMap((probe) => probe?.httpGet ?? []);
  const numbers = (scheme: string): (number | undefined)[] =>
    probed
      .filter((probe) => (probe.scheme ?? 'HTTP') === scheme)
      .map(({ port }) => (typeof port === 'number' ? port : ports.find(({ name }) => name === port)?.containerPort));
  const plain = new Set(numbers('HTTP'));
  return new Set(numbers('HTTPS').filter((port) => port !== undefined && !plain.has(port)) as number[]); // the filter leaves numbers
}

/** Source: Go's net/http, serve of a TLS listener that is asked in plain HTTP. */
const overTlsAlone =
  (handler: RequestListener): RequestListener =>
  (request, response) => {
    if ('encrypted' in request.socket) return handler(request, response);
    response.writeHead(400, { connection: 'close', 'content-type': 'text/plain' });
    response.end('Client sent an HTTP request to an HTTPS server.\n');
  };

/** A name that nobody has ever had. It may stand for something optional (a collector of traces), so it fails no request. */
const UNKNOWN_NAME = /^no such host: \S+$/;

type Outcome = readonly [name: string, outcome: number | string];

function answerFor(context: ProgramContext, knowledge: WorkloadKnowledge | undefined): RequestListener {
  const { pod, container } = context;
  const about = { pod: pod.metadata.name, container: container.name, image: container.image };
  const literal = Object.entries(context.env).filter(([, value]) => isCallable(value));
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
  const self = `${pod.metadata.namespace}/${owner?.name ?? pod.metadata.name}`;
  // Names that were there once: without them the program fails.
  const met = new Set<string>();
  const isFailure = ([name, outcome]: Outcome): boolean =>
    typeof outcome === 'number' ? outcome >= 500 : met.has(name) || !UNKNOWN_NAME.test(outcome);
  const call = async (name: string, url: string, trail: readonly string[]): Promise<Outcome> => {
    const headers = { [TRAIL_HEADER]: [...trail, self].join(',') };
    try {
      const { status } = await context.fetch(url, { timeoutMs: CALL_LIMIT_MS, headers });
      met.add(name);
      return [name, status];
    } catch (error) {
      const why = messageOf(error);
      if (!UNKNOWN_NAME.test(why)) met.add(name);
      return [name, why];
    }
  };
  const calls = (trail: readonly string[]): Promise<Outcome[]> => {
    if (trail.includes(self)) return Promise.resolve([]);
    const hosts = new Set(literal.map(([, url]) => hostOf(url, pod.metadata.namespace)));
    const known = (knowledge?.callsOf(pod) ?? []).filter((url) => !hosts.has(hostOf(url, pod.metadata.namespace)));
    return Promise.all(
      [...literal, ...known.map((url) => [new URL(url).hostname, url] as const)].map(([name, url]) => call(name, url, trail)),
    );
  };
  return (request, response) => {
    const path = (request.url ?? '/').replace(/\?.*$/s, '');
    if (isHealthCheck(request)) return answerGrpc(response, { status: 0, message: SERVING });
    if (isWebSocket(request)) return talk(request, response, { ...about, path });
    const respond = async (): Promise<void> => {
      const answers = isProbe(request) ? [] : await calls(trailOf(request));
      const failed = answers.some(isFailure);
      if (isGrpc(request)) return answerGrpc(response, { status: failed ? UNAVAILABLE : 0, message: Buffer.alloc(0) });
      response.writeHead(failed ? 502 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ...about, path, ...(answers.length > 0 && { calls: Object.fromEntries(answers) }) }));
      if (!isProbe(request)) context.log.info(`${request.method} ${path} ${response.statusCode}`);
    };
    request.resume();
    respond().catch((error: unknown) => {
      context.log.error(messageOf(error));
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(messageOf(error));
    });
  };
}

const isProbe = ({ headers }: IncomingMessage): boolean => headers['user-agent']?.startsWith('kube-probe/') === true;
const trailOf = ({ headers }: IncomingMessage): string[] =>
  String(headers[TRAIL_HEADER] ?? '')
    .split(',')
    .filter(Boolean);

/** The Service that an http address names, as `namespace/name`; undefined for all that is no such address. */
export function serviceNamedBy(value: string, namespace: string): string | undefined {
  if (!isCallable(value) || !URL.canParse(value) || /\.lab(?:[:/]|$)/.test(value)) return undefined;
  const [name = '', space = namespace] = hostOf(value, namespace).replace(/:\d+$/, '').split('.');
  return `${space}/${name}`;
}

/** Addresses inside the lab: names of the cluster, and hosts that the lab itself has (`….lab`). What is elsewhere is not called. */
function isCallable(value: string): boolean {
  const host = /^https?:\/\/([^/\s:]+)/.exec(value)?.[1];
  return host !== undefined && (!host.includes('.') || /\.(lab|svc|svc\.cluster\.local)$/.test(host));
}

/** `name.namespace:port` of an address in the cluster, however it was written. */
function hostOf(url: string, namespace = 'default'): string {
  const { hostname, port, protocol } = new URL(url);
  const [name = '', space = namespace] = hostname.replace(/\.svc(\.cluster\.local)?$/, '').split('.');
  return `${name}.${space}:${port || (protocol === 'https:' ? '443' : '80')}`;
}
