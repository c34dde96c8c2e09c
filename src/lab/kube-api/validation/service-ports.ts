/** Ports of Services. Source: validateServicePort, pkg/apis/core/validation, 1.36. */
import type { Problems } from '../problems.ts';
import { labelProblems, qualifiedNameProblems } from './_names.ts';
import { validatePortNumber, validatePortNumberOrName } from './_numbers.ts';
import type { ServiceSpecFields } from './_service-fields.ts';

export const PROTOCOLS: readonly string[] = ['SCTP', 'TCP', 'UDP'];

export function validateProtocol(protocol: string | undefined, field: string, problems: Problems): void {
  if ((protocol ?? '') === '') problems.required(field);
  else if (!PROTOCOLS.includes(protocol ?? '')) problems.unsupported(field, protocol, PROTOCOLS);
}

export function validateServicePorts({ ports = [] }: ServiceSpecFields, problems: Problems): void {
  for (const [index, { name = '', port, protocol, targetPort, appProtocol }] of ports.entries()) {
    const at = `spec.ports[${index}]`;
    if (name === '') {
      if (ports.length > 1) problems.required(`${at}.name`);
    } else {
      problems.eachInvalid(`${at}.name`, name, labelProblems(name));
      if (ports.slice(0, index).some((other) => other.name === name)) problems.duplicate(`${at}.name`, name);
    }
    validatePortNumber(port, `${at}.port`, problems);
    validateProtocol(protocol, `${at}.protocol`, problems);
    validatePortNumberOrName(targetPort, `${at}.targetPort`, problems);
    if (appProtocol !== undefined) problems.eachInvalid(`${at}.appProtocol`, appProtocol, qualifiedNameProblems(appProtocol));
  }
}
