/** Endpoint slices. Source: pkg/apis/discovery/validation, 1.36. */
import type { EndpointSlice } from '../../../kubernetes/index.ts';
import type { Problems } from '../problems.ts';
import { isIpv6, validateAddress, validateOrdinaryAddress } from './_ip-fields.ts';
import { validateLabels } from './_labels.ts';
import { labelProblems, labelValueProblems, qualifiedNameProblems, subdomainProblems } from './_names.ts';
import { IMMUTABLE } from './_numbers.ts';
import type { Loose } from './_pod-fields.ts';
import { validateProtocol } from './service-ports.ts';

export type SliceFields = Omit<Loose<EndpointSlice>, 'metadata'>;
type Endpoint = NonNullable<SliceFields['endpoints']>[number];
type Hints = NonNullable<Endpoint['hints']> & { readonly forNodes?: readonly { readonly name?: string }[] | undefined };

const TYPES = ['FQDN', 'IPv4', 'IPv6'];
const MOST_ENDPOINTS = 1000;
const MOST_ADDRESSES = 100;
const MOST_PORTS = 20_000;
const MOST_TOPOLOGY = 16;
const MOST_HINTS = 8;

export function validateSlice(slice: SliceFields, problems: Problems, previous?: SliceFields): void {
  const { addressType = '', endpoints = [], ports = [] } = slice;
  if (addressType === '') problems.required('addressType');
  else if (!TYPES.includes(addressType)) problems.unsupported('addressType', addressType, TYPES);
  if (endpoints.length > MOST_ENDPOINTS) problems.tooMany('endpoints', endpoints.length, MOST_ENDPOINTS);
  else for (const [index, endpoint] of endpoints.entries()) validateEndpoint(endpoint, addressType, `endpoints[${index}]`, problems);
  validatePorts(ports, problems);
  if (previous && previous.addressType !== slice.addressType) problems.invalid('addressType', addressType, IMMUTABLE);
}

function validateEndpoint(endpoint: Endpoint, type: string, path: string, problems: Problems): void {
  const { addresses = [], nodeName, deprecatedTopology, hostname, hints } = endpoint;
  if (addresses.length === 0) problems.required(`${path}.addresses`, 'must contain at least 1 address');
  if (addresses.length > MOST_ADDRESSES) problems.tooMany(`${path}.addresses`, addresses.length, MOST_ADDRESSES);
  for (const [index, address = ''] of addresses.entries()) validateTyped(address, type, `${path}.addresses[${index}]`, problems);
  if (nodeName !== undefined) problems.eachInvalid(`${path}.nodeName`, nodeName, subdomainProblems(nodeName));
  const topology = (deprecatedTopology ?? {}) as Readonly<Record<string, string>>; // texts, the decoder saw to it
  const count = Object.keys(topology).length;
  if (count > MOST_TOPOLOGY) problems.tooMany(`${path}.deprecatedTopology`, count, MOST_TOPOLOGY);
  validateLabels(topology, `${path}.deprecatedTopology`, problems);
  if (hostname !== undefined) problems.eachInvalid(`${path}.hostname`, hostname, labelProblems(hostname));
  if (hints) validateHints(hints, `${path}.hints`, problems);
}

function validateTyped(address: string, type: string, path: string, problems: Problems): void {
  if (type === 'FQDN') return validateDomain(address, path, problems);
  if (type !== 'IPv4' && type !== 'IPv6') return undefined;
  const isOther = validateAddress(address, path, problems) && isIpv6(address) !== (type === 'IPv6');
  if (isOther) problems.invalid(path, address, `must be an ${type} address`);
  return validateOrdinaryAddress(address, path, problems);
}

function validateDomain(address: string, path: string, problems: Problems): void {
  if (address === '') return problems.required(path);
  const name = address.replace(/\.$/, '');
  const texts = subdomainProblems(name);
  if (texts.length > 0) return problems.invalid(path, name, texts.join(','));
  if (!name.includes('.')) problems.invalid(path, name, 'should be a domain with at least two segments separated by dots');
  return undefined;
}

function validateHints({ forZones = [], forNodes = [] }: Hints, path: string, problems: Problems): void {
  for (const [key, list] of Object.entries({ forZones, forNodes })) {
    if (list.length > MOST_HINTS) {
      problems.tooMany(`${path}.${key}`, list.length, MOST_HINTS);
      continue;
    }
    for (const [index, { name = '' }] of list.entries()) {
      const at = `${path}.${key}[${index}].name`;
      if (list.slice(0, index).some((other) => other.name === name)) problems.duplicate(at, name);
      problems.eachInvalid(at, name, key === 'forZones' ? labelValueProblems(name) : subdomainProblems(name));
    }
  }
}

function validatePorts(ports: NonNullable<SliceFields['ports']>, problems: Problems): void {
  if (ports.length > MOST_PORTS) return problems.tooMany('ports', ports.length, MOST_PORTS);
  const names = new Set<string>();
  for (const [index, { name = '', protocol, appProtocol }] of ports.entries()) {
    const at = `ports[${index}]`;
    if (name !== '') problems.eachInvalid(`${at}.name`, name, labelProblems(name));
    if (names.has(name)) problems.duplicate(`${at}.name`, name);
    names.add(name);
    validateProtocol(protocol, `${at}.protocol`, problems);
    if (appProtocol !== undefined) problems.eachInvalid(`${at}.appProtocol`, appProtocol, qualifiedNameProblems(appProtocol));
  }
  return undefined;
}
