/** What calls what: ingresses, values that name a Service, annotations, journeys. */
import type { Container, Ingress } from '../kubernetes/index.ts';
import type { CallEdge, ClusterSnapshot, ServiceId, ServiceModel, WorkloadModel } from './types.ts';

/** A journey as far as the model needs it: its name, and the services on its path (`namespace/name`, or `name`). */
export interface JourneyPath {
  readonly name: string;
  readonly services: readonly string[];
}

/** Names services by hand: `contacts, search.other-namespace`. On a workload or its pod template. */
export const CALLS_ANNOTATION = 'evenkeel.dev/calls';

interface Source {
  readonly text: string;
  readonly evidence: CallEdge['evidence'];
  readonly detail: string;
  /** A value that is a name and nothing else counts only where its key says that a host is meant. */
  readonly bareNames: boolean;
}

/** Finds the calls between workloads, without duplicates, sorted. A workload that names its own service does not call itself. */
export function findCalls(
  snapshot: ClusterSnapshot,
  workloads: readonly WorkloadModel[],
  services: readonly ServiceModel[],
  journeys: readonly JourneyPath[] = [],
): CallEdge[] {
  const known = new Set(services.map(({ id }) => id));
  const edges = new Map<string, CallEdge>();
  const add = (edge: CallEdge): void => {
    const key = `${edge.from} ${edge.to}`;
    if (known.has(edge.to) && !edges.has(key)) edges.set(key, edge);
  };
  const targets = aliases(services, known);
  for (const ingress of snapshot.ingresses) ingressCalls(ingress, known).forEach(add);
  for (const workload of workloads) {
    for (const source of sourcesOf(snapshot, workload)) {
      for (const to of servicesNamed(source, workload.namespace, known)) {
        if (workload.services.includes(to)) continue;
        add({ from: workload.id, to, evidence: source.evidence, detail: source.detail });
        const target = targets.get(to);
        if (target === undefined || workload.services.includes(target)) continue;
        add({
          from: workload.id,
          to: target,
          evidence: source.evidence,
          detail: `by way of service ${to} (ExternalName): ${source.detail}`,
        });
      }
    }
  }
  for (const journey of journeys) {
    for (const service of journey.services) {
      const to = resolveName(service, services);
      if (to !== undefined) add({ from: `journey/${journey.name}`, to, evidence: 'journey', detail: `step of journey ${journey.name}` });
    }
  }
  return [...edges.values()].sort((a, b) => (`${a.from} ${a.to}` < `${b.from} ${b.to}` ? -1 : 1));
}

/** `namespace/name`, or the one service of that name in any namespace. */
export function resolveName(name: string, services: readonly { readonly id: ServiceId; readonly name: string }[]): ServiceId | undefined {
  if (name.includes('/')) return services.find(({ id }) => id === name)?.id;
  const named = services.filter((service) => service.name === name);
  return named.length === 1 ? named[0]?.id : undefined;
}

/** Services that are only another name for a service of the cluster. */
function aliases(services: readonly ServiceModel[], known: ReadonlySet<ServiceId>): ReadonlyMap<ServiceId, ServiceId> {
  return new Map(
    services.flatMap(({ id, namespace, object }) => {
      const name = object.spec?.type === 'ExternalName' ? object.spec.externalName : undefined;
      const target = name === undefined ? undefined : resolveHost(name.toLowerCase(), namespace, known);
      return target === undefined || target === id ? [] : [[id, target] as const];
    }),
  );
}

const AUTH_URL = 'nginx.ingress.kubernetes.io/auth-url';

function ingressCalls({ metadata, spec }: Ingress, known: ReadonlySet<ServiceId>): CallEdge[] {
  const namespace = metadata.namespace ?? 'default';
  const edge = (name: string | undefined, detail: string): CallEdge[] =>
    name === undefined ? [] : [{ from: `ingress/${namespace}/${metadata.name}`, to: `${namespace}/${name}`, evidence: 'ingress', detail }];
  const paths = (spec?.rules ?? []).flatMap(({ host, http }) =>
    (http?.paths ?? []).flatMap(({ path, backend }) =>
      edge(backend.service?.name, `${host ?? ''}${path ?? '/'} of ingress ${metadata.name}`),
    ),
  );
  // Who may pass is asked there first: without it nobody does.
  const auth = { text: metadata.annotations?.[AUTH_URL] ?? '', bareNames: false };
  const guards = [...servicesNamed(auth, namespace, known)].flatMap((id): CallEdge[] => [
    {
      from: `ingress/${namespace}/${metadata.name}`,
      to: id,
      evidence: 'ingress',
      detail: `annotation auth-url of ingress ${metadata.name}`,
    },
  ]);
  return [...paths, ...guards, ...edge(spec?.defaultBackend?.service?.name, `default backend of ingress ${metadata.name}`)];
}

const HOST_KEY = /HOST|SERVER|ADDR|URL|URI|ENDPOINT|DSN|CONNECTION|BACKEND|UPSTREAM/i;

function sourcesOf(snapshot: ClusterSnapshot, { namespace, template, object }: WorkloadModel): Source[] {
  const configMaps = new Map(
    snapshot.configMaps.filter(({ metadata }) => (metadata.namespace ?? 'default') === namespace).map((map) => [map.metadata.name, map]),
  );
  const dataOf = (name: string | undefined): [string, string][] => Object.entries(configMaps.get(name ?? '')?.data ?? {});
  const sources: Source[] = [];
  const annotation = object.metadata.annotations?.[CALLS_ANNOTATION] ?? template.metadata?.annotations?.[CALLS_ANNOTATION];
  if (annotation !== undefined) {
    sources.push({ text: annotation, evidence: 'annotation', detail: `annotation ${CALLS_ANNOTATION}`, bareNames: true });
  }
  const containers = [...(template.spec?.containers ?? []), ...(template.spec?.initContainers ?? [])];
  for (const container of containers) {
    sources.push(...environmentOf(container, dataOf));
    sources.push(...argumentsOf(container));
  }
  for (const { configMap, projected } of template.spec?.volumes ?? []) {
    for (const name of [configMap?.name, ...(projected?.sources ?? []).map((source) => source.configMap?.name)]) {
      for (const [key, text] of dataOf(name)) sources.push(...fileSources(text, `${key} of config map ${name}`));
    }
  }
  return sources;
}

/** Command and arguments; a flag that means a host may have a mere name for its value, behind `=` or as the next argument. */
function argumentsOf({ name, command = [], args = [] }: Container): Source[] {
  const all = [...command, ...args];
  return all.flatMap((text, index): Source[] => {
    const [, flag = '', value = all[index + 1] ?? ''] = /^--?([\w.-]+)(?:=(.*))?$/s.exec(text) ?? [];
    const detail = `argument of container ${name}`;
    const plain: Source = { text, evidence: 'environment', detail, bareNames: false };
    if (flag === '' || !HOST_KEY.test(flag)) return [plain];
    return [{ text: value, evidence: 'environment', detail: `argument --${flag} of container ${name}`, bareNames: true }, plain];
  });
}

const SETTING = /^\s*[{,]?\s*["']?([\w.-]+)["']?\s*[:=]\s*["']?([^"'\s#,;{}]+)["']?\s*[,;}]*\s*$/;

/** A file: as a whole, and each of its settings whose key means a host (`redis.host=redis`, `host: redis`). */
function fileSources(text: string, detail: string): Source[] {
  const settings = text.split('\n').flatMap((line): Source[] => {
    const [, key = '', value = ''] = SETTING.exec(line) ?? [];
    const isHost = HOST_KEY.test(key) && !value.includes('://');
    return isHost ? [{ text: value, evidence: 'config-map', detail: `${key} in ${detail}`, bareNames: true }] : [];
  });
  return [...settings, { text, evidence: 'config-map', detail, bareNames: false }];
}

function environmentOf(container: Container, dataOf: (configMap: string | undefined) => [string, string][]): Source[] {
  const sources: Source[] = [];
  for (const { prefix = '', configMapRef } of container.envFrom ?? []) {
    for (const [key, text] of dataOf(configMapRef?.name)) {
      const detail = `env ${prefix}${key} of container ${container.name}, from config map ${configMapRef?.name}`;
      sources.push({ text, evidence: 'config-map', detail, bareNames: HOST_KEY.test(key) });
    }
  }
  const values = new Map<string, string>();
  for (const { name, value, valueFrom } of container.env ?? []) {
    const reference = valueFrom?.configMapKeyRef;
    const given = reference === undefined ? value : dataOf(reference.name).find(([key]) => key === reference.key)?.[1];
    if (given === undefined) continue;
    const text = given.replaceAll(/\$\(([^)]+)\)/g, (whole, other: string) => values.get(other) ?? whole);
    values.set(name, text);
    const evidence = reference === undefined ? 'environment' : 'config-map';
    const from = reference === undefined ? '' : `, from config map ${reference.name}`;
    sources.push({ text, evidence, detail: `env ${name} of container ${container.name}${from}`, bareNames: HOST_KEY.test(name) });
  }
  return sources;
}

const NAME = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const HOST = `${NAME}(?:\\.${NAME})*\\.?`;
const WITH_SCHEME = new RegExp(`[a-z][a-z0-9+.-]*:///?(?:[^@/\\s]*@)?(${HOST})`, 'gi');
/** What the cluster puts into each container's environment for a service. */
const SERVICE_VARIABLE = /\$[({]?([A-Z][A-Z0-9_]*)_SERVICE_HOST\b/g;
const WITH_PORT = new RegExp(`(?:^|[\\s,;="'\\[(@])(?:tcp:)?(${HOST})[:,]\\d{1,5}(?![\\w.])`, 'gi');
const BARE = new RegExp(`(?:^|[\\s,;=])(?:tcp:)?(${HOST})(?=$|[\\s,;/])`, 'gi');

/** Services that a value names: as the host of a URL, before a port, by a cluster name, or alone where that is allowed. */
function servicesNamed(
  { text, bareNames }: Pick<Source, 'text' | 'bareNames'>,
  namespace: string,
  known: ReadonlySet<ServiceId>,
): Set<ServiceId> {
  const found = new Set<ServiceId>();
  const collect = (pattern: RegExp, accept: (host: string) => boolean): void => {
    for (const [, host = ''] of text.matchAll(pattern)) {
      const service = accept(host) ? resolveHost(host.toLowerCase(), namespace, known) : undefined;
      if (service !== undefined) found.add(service);
    }
  };
  for (const [, variable = ''] of text.matchAll(SERVICE_VARIABLE)) {
    const id = `${namespace}/${variable.toLowerCase().replaceAll('_', '-')}`;
    if (known.has(id)) found.add(id);
  }
  collect(WITH_SCHEME, () => true);
  collect(WITH_PORT, () => true);
  collect(BARE, (host) => bareNames || /\.svc(\.|$)/i.test(host));
  return found;
}

/** Source: Kubernetes documentation, "DNS for Services and Pods"; a pod of a stateful set is POD.SERVICE. */
function resolveHost(host: string, namespace: string, known: ReadonlySet<ServiceId>): ServiceId | undefined {
  const [first = '', second, third] = host.replace(/\.$/, '').split('.');
  const candidates = [`${second === 'svc' ? namespace : (second ?? namespace)}/${first}`];
  if (second !== undefined) candidates.push(`${third === undefined || third === 'svc' ? namespace : third}/${second}`);
  return candidates.find((candidate) => known.has(candidate));
}
