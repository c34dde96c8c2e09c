/** Where `…/proxy` leads: a pod's port, an endpoint of a Service, a node's kubelet. Source: ResourceLocation of pkg/registry/core/{pod,service,node}, 1.36. */
import type { Random } from '../../../base/index.ts';
import { isObject, textOf, type Json } from '../json.ts';
import { badRequest, failure } from '../statuses.ts';
import { found } from './objects.ts';
import { asJson } from './served-resources.ts';
import type { Call, Target } from './types.ts';

export interface ProxyLocation {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** Where the packets go; undefined for endpoints that are no pods. */
  readonly node: string | undefined;
  /** The node's own server, which the lab answers itself. */
  readonly isKubelet: boolean;
}

const KUBELET_PORT = 10_250;

export const unavailable = (message: string): Error => failure({ code: 503, reason: 'ServiceUnavailable', message });

interface Split {
  readonly scheme: 'http' | 'https';
  readonly name: string;
  readonly port: string;
}

/** `name`, `name:port` or `scheme:name:port`. Source: apimachinery util/net, SplitSchemeNamePort. */
function split(id: string, what: string): Split {
  const [first = '', second, third, ...rest] = id.split(':');
  const parts: readonly [string, string, string] = third === undefined ? ['', first, second ?? ''] : [first, second ?? '', third];
  const [scheme, name, port] = parts;
  if (rest.length > 0 || name === '' || !['', 'http', 'https'].includes(scheme))
    throw badRequest(`invalid ${what} request ${JSON.stringify(id)}`);
  return { scheme: scheme === 'https' ? 'https' : 'http', name, port };
}

/** Errors: `ApiError` 400, 404, 503. */
export function proxyLocation(call: Call, target: Target, random: Random): ProxyLocation {
  switch (target.served.resource.kind) {
    case 'Service':
      return serviceLocation(call, target, random);
    case 'Pod':
      return podLocation(call, target);
    default:
      return nodeLocation(call, target);
  }
}

const itemsOf = (list: unknown): Json[] => (Array.isArray(list) ? list.filter(isObject) : []);
const portOf = (port: string, name: string): number => {
  const number = Number(port);
  if (!Number.isInteger(number) || number < 1 || number > 65_535)
    throw unavailable(`error trying to reach service: dial tcp: lookup tcp/${port}: unknown port for ${name}`);
  return number;
};

function podLocation(call: Call, target: Target): ProxyLocation {
  const { scheme, name, port } = split(target.name ?? '', 'pod');
  const pod = found(call, { ...target, name });
  const declared = itemsOf(asJson(pod['spec'])['containers']).flatMap((container) => itemsOf(container['ports']))[0]?.['containerPort'];
  const host = textOf(asJson(pod['status'])['podIP'] ?? '');
  if (host === '') throw badRequest('address not allowed');
  const chosen = port === '' ? Number(declared ?? (scheme === 'https' ? 443 : 80)) : portOf(port, name);
  return { scheme, host, port: chosen, node: textOf(asJson(pod['spec'])['nodeName'] ?? ''), isKubelet: false };
}

function serviceLocation(call: Call, target: Target, random: Random): ProxyLocation {
  const { scheme, name, port } = split(target.name ?? '', 'service');
  const wanted = portName(call, { ...target, name }, port);
  const endpoints = call.store.get('Endpoints', target.namespace ?? '', name);
  if (endpoints === undefined) {
    found(call, { ...target, name });
    throw unavailable(`no endpoints available for service ${JSON.stringify(name)}`);
  }
  const open = itemsOf(endpoints['subsets']).flatMap((subset) => {
    const chosen = itemsOf(subset['ports']).find((item) => (item['name'] ?? '') === wanted);
    return chosen === undefined ? [] : itemsOf(subset['addresses']).map((address) => ({ address, port: Number(chosen['port']) }));
  });
  const one = open[Math.floor(random.next() * open.length)];
  if (one === undefined) throw unavailable(`no endpoints available for service ${JSON.stringify(name)}`);
  const node = one.address['nodeName'];
  return { scheme, host: textOf(one.address['ip']), port: one.port, node: node === undefined ? undefined : textOf(node), isKubelet: false };
}

/** A number is looked up among the ports that the Service declares. */
function portName(call: Call, target: Target, port: string): string {
  if (!/^\d+$/.test(port)) return port;
  const declared = itemsOf(asJson(found(call, target)['spec'])['ports']).find((item) => item['port'] === Number(port));
  if (declared === undefined) throw unavailable(`no service port ${Number(port)} found for service ${JSON.stringify(target.name)}`);
  return textOf(declared['name'] ?? '');
}

function nodeLocation(call: Call, target: Target): ProxyLocation {
  const { name, port } = split(target.name ?? '', 'node');
  const node = found(call, { ...target, name });
  const addresses = itemsOf(asJson(node['status'])['addresses']);
  const host = textOf(addresses.find(({ type }) => type === 'InternalIP')?.['address'] ?? name);
  const number = port === '' ? KUBELET_PORT : portOf(port, name);
  return { scheme: 'https', host, port: number, node: name, isKubelet: number === KUBELET_PORT };
}
