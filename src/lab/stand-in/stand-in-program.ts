/** What runs for an image that the lab does not know: a server that answers, and calls what it is known to call. */
import type { RequestListener } from 'node:http';
import { messageOf, parseDuration } from '../../base/index.ts';
import type { Container, Pod } from '../../kubernetes/index.ts';
import type { Program, ProgramContext } from '../kubelet/index.ts';

/** On the pod (template): how long until its containers listen. */
export const START_UP_ANNOTATION = 'evenkeel.dev/start-up';

const DEFAULT_START_UP_MS = 5_000;
const CALL_LIMIT_MS = 5_000;

/**
 * Serves every TCP port of the container, and the ports of its probes. Every path answers 200, so probes find what they look for;
 * `/` first asks each http address found in the environment and answers 502 when one of them fails.
 *
 * Errors: `INVALID_INPUT` when the annotation is no duration.
 */
export function standInProgram(pod: Pod, container: Container): Program {
  const startUp = pod.metadata.annotations?.[START_UP_ANNOTATION];
  return {
    startUpMs: startUp === undefined ? DEFAULT_START_UP_MS : parseDuration(startUp),
    async start(context) {
      await Promise.all(portsOf(container).map((port) => context.listen(port, answerFor(context))));
      context.log.info(`stand-in for ${container.image} listens on ${portsOf(container).join(', ') || 'no port'}`);
      return { stop: async () => {} };
    },
  };
}

function portsOf(container: Container): number[] {
  const ports = (container.ports ?? []).filter(({ protocol = 'TCP' }) => protocol === 'TCP').map(({ containerPort }) => containerPort);
  const probes = [container.readinessProbe, container.livenessProbe, container.startupProbe];
  const probed = probes.flatMap((probe) => {
    const port = probe?.httpGet?.port ?? probe?.tcpSocket?.port;
    return typeof port === 'number' ? [port] : [];
  });
  return [...new Set([...ports, ...probed])];
}

function answerFor(context: ProgramContext): RequestListener {
  const about = { pod: context.pod.metadata.name, container: context.container.name, image: context.container.image };
  const urls = Object.entries(context.env).filter(([, value]) => /^http:\/\/[^/\s]+/.test(value));
  const calls = async (): Promise<Record<string, number | string>> =>
    Object.fromEntries(
      await Promise.all(
        urls.map(async ([name, url]): Promise<[string, number | string]> => {
          try {
            return [name, (await context.fetch(url, { timeoutMs: CALL_LIMIT_MS })).status];
          } catch (error) {
            return [name, messageOf(error)];
          }
        }),
      ),
    );
  return (request, response) => {
    const path = (request.url ?? '/').replace(/\?.*$/s, '');
    const respond = async (): Promise<void> => {
      const answers = path === '/' ? await calls() : {};
      const failed = Object.values(answers).some((answer) => typeof answer === 'string' || answer >= 500);
      response.writeHead(failed ? 502 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ...about, path, ...(path === '/' ? { calls: answers } : {}) }));
    };
    request.resume();
    void respond();
  };
}
