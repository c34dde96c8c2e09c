/** A container's ports, and host ports that several ask for. Source: validateContainerPorts, AccumulateUniqueHostPorts, 1.36. */
import type { Problems } from '../problems.ts';
import { portNameProblems } from './_names.ts';
import { validatePortNumber } from './_numbers.ts';
import type { ContainerFields, PortFields, PodSpecFields } from './_pod-fields.ts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

export function validatePorts(ports: readonly PortFields[], path: string, problems: Problems): void {
  const names = new Set<string>();
  for (const [index, { name = '', containerPort = 0, hostPort = 0, protocol = '' }] of ports.entries()) {
    const at = `${path}[${index}]`;
    if (name !== '') validatePortName(name, names, `${at}.name`, problems);
    if (containerPort === 0) problems.required(`${at}.containerPort`);
    else validatePortNumber(containerPort, `${at}.containerPort`, problems);
    if (hostPort !== 0) validatePortNumber(hostPort, `${at}.hostPort`, problems);
    if (protocol === '') problems.required(`${at}.protocol`);
    else if (!PROTOCOLS.includes(protocol)) problems.unsupported(`${at}.protocol`, protocol, PROTOCOLS);
  }
}

function validatePortName(name: string, names: Set<string>, path: string, problems: Problems): void {
  const texts = portNameProblems(name);
  problems.eachInvalid(path, name, texts);
  if (texts.length > 0) return;
  if (names.has(name)) problems.duplicate(path, name);
  names.add(name);
}

/** No two of these containers may take the same port of the node. */
export function validateHostPortsUnique(containers: readonly ContainerFields[], path: string, problems: Problems): void {
  const taken = new Set<string>();
  for (const [index, { ports = [] }] of containers.entries()) {
    for (const [port, { hostPort = 0, hostIP = '', protocol = '' }] of ports.entries()) {
      if (hostPort === 0) continue;
      const socket = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(socket)) problems.duplicate(`${path}[${index}].ports[${port}].hostPort`, socket);
      taken.add(socket);
    }
  }
}

/** On the node's network a port is the node's port. Templates may leave it out: it is filled in when the pod is made. */
export function validateHostNetworkPorts(
  { hostNetwork, containers = [] }: PodSpecFields,
  path: string,
  problems: Problems,
  isPod: boolean,
): void {
  if (hostNetwork !== true) return;
  for (const [index, { ports = [] }] of containers.entries()) {
    for (const [port, { hostPort = 0, containerPort = 0 }] of ports.entries()) {
      if ((isPod || hostPort !== 0) && hostPort !== containerPort) {
        const at = `${path}.containers[${index}].ports[${port}].hostPort`;
        problems.invalid(at, hostPort, 'must match `containerPort` when `hostNetwork` is true');
      }
    }
  }
}
