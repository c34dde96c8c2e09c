/** A container's environment: service variables, `envFrom`, `env` with `valueFrom` and `$(NAME)`. Source: pkg/kubelet/kubelet_pods.go, envvars.go. */
import { EvenkeelError } from '../../base/index.ts';
import type { ConfigMap, Container, Pod, Secret, Service } from '../../kubernetes/index.ts';
import type { LabApi } from '../kube-api/index.ts';

type EnvVar = NonNullable<Container['env']>[number];
type Env = Record<string, string>;

/** Errors: `NOT_FOUND` when a config map, secret or key is missing and not optional. */
export function containerEnvironment(api: LabApi, pod: Pod, container: Container): Readonly<Env> {
  const namespace = pod.metadata.namespace ?? 'default';
  const env: Env = { HOSTNAME: pod.spec?.hostname ?? pod.metadata.name, ...serviceVariables(api, pod) };
  for (const source of container.envFrom ?? []) {
    const { prefix = '', configMapRef, secretRef } = source;
    const data = configMapRef
      ? configData(api, namespace, configMapRef.name, configMapRef.optional)
      : secretData(api, namespace, secretRef?.name, secretRef?.optional);
    for (const [key, value] of Object.entries(data ?? {})) env[`${prefix}${key}`] = value;
  }
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom ? fromSource(api, pod, variable) : expand(variable.value ?? '', env);
    if (value !== undefined) env[variable.name] = value;
  }
  return env;
}

function fromSource(api: LabApi, pod: Pod, { valueFrom }: EnvVar): string | undefined {
  const namespace = pod.metadata.namespace ?? 'default';
  if (valueFrom?.fieldRef) return fieldOf(pod, valueFrom.fieldRef.fieldPath);
  if (valueFrom?.configMapKeyRef) {
    const { name, key, optional } = valueFrom.configMapKeyRef;
    return keyOf(configData(api, namespace, name, optional), { kind: 'ConfigMap', name, key, optional });
  }
  if (valueFrom?.secretKeyRef) {
    const { name, key, optional } = valueFrom.secretKeyRef;
    return keyOf(secretData(api, namespace, name, optional), { kind: 'Secret', name, key, optional });
  }
  return undefined;
}

interface KeyRef {
  readonly kind: string;
  readonly name: string | undefined;
  readonly key: string;
  readonly optional: boolean | undefined;
}

function keyOf(data: Readonly<Env> | undefined, { kind, name, key, optional }: KeyRef): string | undefined {
  const value = data?.[key];
  if (value === undefined && optional !== true) throw missing(`couldn't find key ${key} in ${kind} ${name}`);
  return value;
}

const missing = (message: string): EvenkeelError => new EvenkeelError('NOT_FOUND', message, { blame: 'input' });

function configData(api: LabApi, namespace: string, name: string | undefined, optional?: boolean): Readonly<Env> | undefined {
  const found = api.get<ConfigMap>('ConfigMap', namespace, name ?? '');
  if (found === undefined && optional !== true) throw missing(`configmap "${name}" not found`);
  return found?.data;
}

function secretData(api: LabApi, namespace: string, name: string | undefined, optional?: boolean): Readonly<Env> | undefined {
  const found = api.get<Secret>('Secret', namespace, name ?? '');
  if (found === undefined && optional !== true) throw missing(`secret "${name}" not found`);
  const decoded = Object.entries(found?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]);
  return { ...Object.fromEntries(decoded), ...found?.stringData };
}

function fieldOf(pod: Pod, path: string): string | undefined {
  const entry = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (entry) return pod.metadata[entry[1] === 'labels' ? 'labels' : 'annotations']?.[entry[2] ?? ''] ?? '';
  const fields: Readonly<Record<string, string | undefined>> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace,
    'metadata.uid': pod.metadata.uid,
    'spec.nodeName': pod.spec?.nodeName,
    'spec.serviceAccountName': pod.spec?.serviceAccountName,
    'status.podIP': pod.status?.podIP,
    'status.podIPs': pod.status?.podIP,
    'status.hostIP': pod.status?.hostIP,
  };
  return fields[path];
}

/** `$(NAME)` of what stands before; `$$` is a dollar; unknown names stay as they are. */
function expand(text: string, env: Readonly<Env>): string {
  return text.replace(/\$\$|\$\(([^)]+)\)/g, (found, name: string | undefined) => (found === '$$' ? '$' : (env[name ?? ''] ?? found)));
}

function serviceVariables(api: LabApi, pod: Pod): Env {
  const namespace = pod.metadata.namespace ?? 'default';
  const own = pod.spec?.enableServiceLinks === false ? [] : api.list<Service>('Service', { namespace });
  const master = api.get<Service>('Service', 'default', 'kubernetes');
  const services = master && !own.includes(master) ? [...own, master] : own;
  return Object.assign({}, ...services.map(variablesOf)) as Env; // every part is one
}

function variablesOf(service: Service): Env {
  const { clusterIP, ports = [] } = service.spec ?? {};
  const first = ports[0];
  if (clusterIP === undefined || clusterIP === '' || clusterIP === 'None' || first === undefined) return {};
  const upper = (text: string): string => text.toUpperCase().replaceAll('-', '_');
  const name = upper(service.metadata.name);
  const env: Env = { [`${name}_SERVICE_HOST`]: clusterIP, [`${name}_SERVICE_PORT`]: String(first.port) };
  const protocolOf = (protocol: string | undefined): string => (protocol ?? 'TCP').toLowerCase();
  env[`${name}_PORT`] = `${protocolOf(first.protocol)}://${clusterIP}:${first.port}`;
  for (const { name: port, port: number, protocol } of ports) {
    if (port !== undefined && port !== '') env[`${name}_SERVICE_PORT_${upper(port)}`] = String(number);
    const prefix = `${name}_PORT_${number}_${(protocol ?? 'TCP').toUpperCase()}`;
    env[prefix] = `${protocolOf(protocol)}://${clusterIP}:${number}`;
    env[`${prefix}_PROTO`] = protocolOf(protocol);
    env[`${prefix}_PORT`] = String(number);
    env[`${prefix}_ADDR`] = clusterIP;
  }
  return env;
}
