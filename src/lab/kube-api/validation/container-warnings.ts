/** What is let through in containers, but told. Source: warningsForPodSpecAndMeta, pkg/api/pod/warnings.go, 1.36. */
import { quoted } from '../problems.ts';
import {
  containersWithPaths,
  type ContainerFields,
  type EnvFields,
  type MetaFields,
  type PodSpecFields,
  type PortFields,
} from './_pod-fields.ts';
import { fractionalBytes } from './_quantities.ts';
import { APPARMOR, SECCOMP_CONTAINER } from './pod-metadata.ts';

const USE_SECCOMP = 'non-functional in v1.27+; use the "seccompProfile" field instead';
const USE_APPARMOR = 'deprecated since v1.30; use the "appArmorProfile" field instead';

interface Surroundings {
  readonly spec: PodSpecFields;
  readonly metadata: MetaFields;
  /** Where the template stands; empty for a pod itself. */
  readonly path: string;
  readonly specPath: string;
}

export function containerWarnings(surroundings: Surroundings): string[] {
  const all = containersWithPaths(surroundings.spec, surroundings.specPath);
  return [...all.flatMap(({ container, at }) => ofOne(container, at, surroundings)), ...portWarnings(all)];
}

function ofOne(container: ContainerFields, at: string, { spec, metadata, path }: Surroundings): string[] {
  const { annotations = {} } = metadata;
  const { name = '', securityContext, resources = {}, env = [] } = container;
  const [seccomp, apparmor] = [`${SECCOMP_CONTAINER}${name}`, `${APPARMOR}${name}`];
  const annotationsAt = `${path === '' ? '' : `${path}.`}metadata.annotations`;
  const hasAppArmor = spec.securityContext?.appArmorProfile !== undefined || securityContext?.appArmorProfile !== undefined;
  return [
    ...(securityContext?.seccompProfile === undefined && seccomp in annotations ? [`${annotationsAt}[${seccomp}]: ${USE_SECCOMP}`] : []),
    ...(path !== '' && !hasAppArmor && apparmor in annotations ? [`${annotationsAt}[${apparmor}]: ${USE_APPARMOR}`] : []),
    ...(['memory', 'ephemeral-storage'] as const).flatMap((resource) =>
      (['limits', 'requests'] as const).flatMap((list) =>
        fractionalBytes(resources[list]?.[resource], `${at}.resources.${list}[${resource}]`),
      ),
    ),
    ...environmentWarnings(env, at),
  ];
}

/** A name that stands there twice is in order where the second value uses the first one. */
function environmentWarnings(env: readonly EnvFields[], at: string): string[] {
  const names = new Set<string>();
  return env.flatMap(({ name = '', value = '', valueFrom }, index) => {
    if (!names.has(name)) {
      names.add(name);
      return [];
    }
    const reference = `$(${name})`;
    const uses = valueFrom === undefined && value !== reference && value.includes(reference);
    return uses ? [] : [`${at}.env[${index}]: hides previous definition of ${quoted(name)}, which may be dropped when using apply`];
  });
}

interface PlacedPort {
  readonly at: string;
  readonly port: PortFields;
}

function portWarnings(containers: readonly { readonly at: string; readonly container: ContainerFields }[]): string[] {
  const seen = new Map<string, PlacedPort[]>();
  const warnings: string[] = [];
  for (const { at, container } of containers) {
    for (const [index, port] of (container.ports ?? []).entries()) {
      const placed = { at: `${at}.ports[${index}]`, port };
      if ((port.hostIP ?? '') !== '' && (port.hostPort ?? 0) === 0)
        warnings.push(`${placed.at}: hostIP set without hostPort: ${inGo(port)}`);
      const key = `${port.containerPort}/${port.protocol}`;
      const others = seen.get(key) ?? [];
      for (const other of others) {
        const clash = clashOf(port, other.port);
        if (clash !== undefined) warnings.push(`${placed.at}: ${clash} port definition with ${other.at}`);
      }
      seen.set(key, [...others, placed]);
    }
  }
  return warnings;
}

/** A port as the server's own type prints. */
const inGo = ({ name = '', hostPort = 0, containerPort = 0, protocol = '', hostIP = '' }: PortFields): string =>
  `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;

/** How two definitions of one port stand to each other. */
function clashOf(a: PortFields, b: PortFields): string | undefined {
  const [aPort, bPort, aIP, bIP] = [a.hostPort ?? 0, b.hostPort ?? 0, a.hostIP ?? '', b.hostIP ?? ''];
  if (aIP === bIP && aPort === bPort) return 'duplicate';
  if (aPort === 0 || bPort === 0) return 'overlapping';
  return aPort === bPort && (aIP === '' || bIP === '') ? 'dangerously ambiguous' : undefined;
}
