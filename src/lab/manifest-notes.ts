/** What people should know of their manifests before they rely on the lab. */
import type { Container, Ingress, KubeObject, PodSpec } from '../kubernetes/index.ts';
import { ingressNotes } from './network/index.ts';
import { podSpecOf } from './required-secrets.ts';
import { serviceNamedBy } from './stand-in/index.ts';

/** Config maps that every namespace has by itself. */
const GIVEN = new Set(['kube-root-ca.crt']);

/** Notes, a line each: config maps that are missing, readiness gates that nobody opens, parts of Ingresses that are not played. */
export function manifestNotes(objects: readonly KubeObject[]): string[] {
  const ingresses = objects.filter((object): object is Ingress => object.kind === 'Ingress');
  const classes = objects.filter(({ kind }) => kind === 'IngressClass').map(({ metadata }) => metadata.name);
  return [...missingConfigMaps(objects), ...missingServices(objects), ...objects.flatMap(gateNotes), ...ingressNotes(ingresses, classes)];
}

function missingConfigMaps(objects: readonly KubeObject[]): string[] {
  const has = new Set(objects.filter(({ kind }) => kind === 'ConfigMap').map(placeOf));
  const missing = objects.flatMap((object) =>
    configMapsOf(podSpecOf(object))
      .map((name) => `${object.metadata.namespace ?? 'default'}/${name}`)
      .filter((place) => !has.has(place))
      .map((place) => [place, `${object.kind} ${object.metadata.name}`] as const),
  );
  return [...new Map(missing).entries()].map(
    ([place, user]) => `config map ${place} is in no manifest: pods of ${user} wait for it, as they would elsewhere`,
  );
}

/** Services that addresses in the environment name and that are nowhere: often something optional. */
function missingServices(objects: readonly KubeObject[]): string[] {
  const has = new Set(objects.filter(({ kind }) => kind === 'Service').map(placeOf));
  return objects.flatMap((object) => {
    const { namespace = 'default', name } = object.metadata;
    const values = (podSpecOf(object)?.containers ?? []).flatMap(({ env = [] }) => env.flatMap(({ value }) => value ?? []));
    const named = new Set(values.flatMap((value) => serviceNamedBy(value, namespace) ?? []));
    return [...named]
      .filter((place) => !has.has(place))
      .map((place) => `${object.kind} ${namespace}/${name} names the service ${place}, which is in no manifest: its stand-in does without`);
  });
}

const placeOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? 'default'}/${metadata.name}`;

function configMapsOf(spec: PodSpec | undefined): readonly string[] {
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  return [...new Set(containers.flatMap(namedIn))].filter((name) => !GIVEN.has(name));
}

function namedIn({ env = [], envFrom = [] }: Container): readonly string[] {
  const references = [...env.map(({ valueFrom }) => valueFrom?.configMapKeyRef), ...envFrom.map(({ configMapRef }) => configMapRef)];
  return references.flatMap((reference) => (reference?.name === undefined || reference.optional === true ? [] : [reference.name]));
}

function gateNotes(object: KubeObject): readonly string[] {
  return (podSpecOf(object)?.readinessGates ?? []).map(
    ({ conditionType }) =>
      `${object.kind} ${placeOf(object)} has the readiness gate ${conditionType}: nobody opens it here; set the condition by hand (kubectl patch pod … --subresource=status)`,
  );
}
