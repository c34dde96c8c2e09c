/** What a pod's author left out of its spec, alone or as a template. Source: pkg/apis/core/v1/defaults.go and conversion.go, 1.36. */
import type { Container, PodSpec, Probe } from '../../../kubernetes/index.ts';
import { isObject } from '../json.ts';
import type { Draft } from '../types.ts';
import { isLatestImage } from './_image-tag.ts';
import { defaultVolume } from './_volume-defaults.ts';

type Spec = Draft<PodSpec>;
type DraftContainer = Draft<Container>;

/** Sets a member that is absent. */
export function fill<T extends object, K extends keyof T>(object: T, key: K, value: T[K]): void {
  if (object[key] === undefined || object[key] === null) object[key] = value;
}

/** Sets a member that is absent, empty or zero: Go does not tell these apart. */
function fillEmpty<T extends object, K extends keyof T>(object: T, key: K, value: T[K]): void {
  const given: unknown = object[key];
  if (given === undefined || given === null || given === '' || given === 0) object[key] = value;
}

/** The containers of a spec with their paths: the init containers first. */
export function containersOf(spec: Spec): readonly { readonly path: string; readonly container: DraftContainer }[] {
  const listed = (list: DraftContainer[] | undefined, path: string): { path: string; container: DraftContainer }[] =>
    (list ?? []).map((container, index) => ({ path: `${path}[${index}]`, container }));
  return [...listed(spec.initContainers, 'initContainers'), ...listed(spec.containers, 'containers')];
}

/** Fills in what a pod's author left out. */
export function defaultPodSpec(spec: Spec): void {
  fillEmpty(spec, 'restartPolicy', 'Always');
  fill(spec, 'terminationGracePeriodSeconds', 30);
  fillEmpty(spec, 'dnsPolicy', 'ClusterFirst');
  fill(spec, 'securityContext', {});
  fillEmpty(spec, 'schedulerName', 'default-scheduler');
  // The older name of the same member is kept in step.
  const account = spec.serviceAccountName ?? spec.serviceAccount;
  if (account !== undefined) Object.assign(spec, { serviceAccountName: account, serviceAccount: account });
  for (const { container } of containersOf(spec)) defaultContainer(container);
  for (const container of spec.ephemeralContainers ?? []) defaultContainer(container);
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
}

function defaultContainer(container: DraftContainer): void {
  fill(container, 'resources', {});
  fillEmpty(container, 'terminationMessagePath', '/dev/termination-log');
  fillEmpty(container, 'terminationMessagePolicy', 'File');
  if ((container.imagePullPolicy ?? '') === '')
    container.imagePullPolicy = isLatestImage(container.image ?? '') ? 'Always' : 'IfNotPresent';
  for (const port of container.ports ?? []) fillEmpty(port, 'protocol', 'TCP');
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef) fillEmpty(valueFrom.fieldRef, 'apiVersion', 'v1');
  }
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) {
    if (probe) defaultProbe(probe);
  }
  for (const hook of [container.lifecycle?.postStart, container.lifecycle?.preStop]) {
    if (hook?.httpGet) defaultHttpGet(hook.httpGet);
  }
}

function defaultProbe(probe: Draft<Probe>): void {
  fillEmpty(probe, 'timeoutSeconds', 1);
  fillEmpty(probe, 'periodSeconds', 10);
  fillEmpty(probe, 'successThreshold', 1);
  fillEmpty(probe, 'failureThreshold', 3);
  if (probe.httpGet) defaultHttpGet(probe.httpGet);
  if (isObject(probe.grpc)) fill(probe.grpc, 'service', '');
}

function defaultHttpGet(get: { path?: string; scheme?: string }): void {
  fillEmpty(get, 'path', '/');
  fillEmpty(get, 'scheme', 'HTTP');
}
