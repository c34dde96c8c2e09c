/** Endpoints. Source: validateEndpointSubsets, pkg/apis/core/validation, 1.36. */
import type { Endpoints } from '../../../kubernetes/index.ts';
import type { Problems } from '../problems.ts';
import { validateAddress, validateOrdinaryAddress } from './_ip-fields.ts';
import { labelProblems, qualifiedNameProblems, subdomainProblems } from './_names.ts';
import { validatePortNumber } from './_numbers.ts';
import type { Loose } from './_pod-fields.ts';
import { validateProtocol } from './service-ports.ts';

type Subset = Loose<NonNullable<Endpoints['subsets']>[number]>;

export function validateSubsets(subsets: readonly Subset[], problems: Problems): void {
  for (const [index, { addresses = [], notReadyAddresses = [], ports = [] }] of subsets.entries()) {
    const path = `subsets[${index}]`;
    if (addresses.length + notReadyAddresses.length === 0) problems.required(path, 'must specify `addresses` or `notReadyAddresses`');
    for (const [at, address] of addresses.entries()) validateEndpoint(address, `${path}.addresses[${at}]`, problems);
    for (const [at, address] of notReadyAddresses.entries()) validateEndpoint(address, `${path}.notReadyAddresses[${at}]`, problems);
    for (const [at, port] of ports.entries()) validatePort(port, `${path}.ports[${at}]`, problems, ports.length > 1);
  }
}

function validateEndpoint(address: NonNullable<Subset['addresses']>[number], path: string, problems: Problems): void {
  const { ip, hostname = '', nodeName } = address;
  validateAddress(ip, `${path}.ip`, problems);
  if (hostname !== '') problems.eachInvalid(`${path}.hostname`, hostname, labelProblems(hostname));
  if (nodeName !== undefined) problems.eachInvalid(`${path}.nodeName`, nodeName, subdomainProblems(nodeName));
  validateOrdinaryAddress(ip, `${path}.ip`, problems);
}

function validatePort(port: NonNullable<Subset['ports']>[number], path: string, problems: Problems, named: boolean): void {
  const { name = '', appProtocol } = port;
  if (name !== '') problems.eachInvalid(`${path}.name`, name, labelProblems(name));
  else if (named) problems.required(`${path}.name`);
  validatePortNumber(port.port, `${path}.port`, problems);
  validateProtocol(port.protocol, `${path}.protocol`, problems);
  if (appProtocol !== undefined) problems.eachInvalid(`${path}.appProtocol`, appProtocol, qualifiedNameProblems(appProtocol));
}
