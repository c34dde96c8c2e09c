/** What documents say of a custom resource. Source: apiextensions-apiserver pkg/controller/openapi/builder, 1.36. */
import { groupVersionOf } from '../../../kubernetes/index.ts';
import { isObject, type Json } from '../json.ts';
import type { CustomResource, JsonSchema } from './types.ts';

const META = '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1';
const API_VERSION =
  'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources';
const KIND =
  'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds';
const METADATA =
  "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";
const LIST_METADATA =
  'Standard list metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds';

const TYPE = { apiVersion: { description: API_VERSION, type: 'string' }, kind: { description: KIND, type: 'string' } };

/** `com.example.stable.v1.CronTab`. */
export const schemaNameOf = ({ group, version }: CustomResource, kind: string): string =>
  `${group.split('.').reverse().join('.')}.${version}.${kind}`;

const kindMark = ({ group, version }: CustomResource, kind: string): Json => ({ group, kind, version });

/** The schemas of the kind and its list, by name. */
export function customSchemas(resource: CustomResource): Readonly<Record<string, Json>> {
  const { schema, kind, listKind } = resource.custom;
  const name = schemaNameOf(resource, kind);
  const metadata = { description: METADATA, allOf: [{ $ref: `${META}.ObjectMeta` }] };
  const items = {
    description: `List of ${resource.plural}. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md`,
    type: 'array',
    items: { $ref: `#/components/schemas/${name}` },
  };
  return {
    [name]: {
      ...plain(schema),
      properties: { ...mapped(schema.properties), ...TYPE, metadata },
      'x-kubernetes-group-version-kind': [kindMark(resource, kind)],
    },
    [schemaNameOf(resource, listKind)]: {
      description: `${listKind} is a list of ${kind}`,
      type: 'object',
      required: ['items'],
      properties: { ...TYPE, items, metadata: { description: LIST_METADATA, allOf: [{ $ref: `${META}.ListMeta` }] } },
      'x-kubernetes-group-version-kind': [kindMark(resource, listKind)],
    },
  };
}

const mapped = (properties: JsonSchema['properties'] = {}): Json =>
  Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, plain(part)]));

/** As written; objects inside of it have their type and metadata too. */
function plain(schema: JsonSchema): Json {
  const { properties, items, additionalProperties } = schema;
  const embedded =
    schema['x-kubernetes-embedded-resource'] === true ? { ...TYPE, metadata: { allOf: [{ $ref: `${META}.ObjectMeta` }] } } : {};
  return {
    ...schema,
    ...(properties === undefined && Object.keys(embedded).length === 0 ? {} : { properties: { ...mapped(properties), ...embedded } }),
    ...(isObject(items) ? { items: plain(items) } : {}),
    ...(isObject(additionalProperties) ? { additionalProperties: plain(additionalProperties) } : {}),
  };
}

type Operations = Readonly<Record<string, string>>;

const ON_LIST: Operations = { delete: 'deletecollection', get: 'list', post: 'post' };
const ON_OBJECT: Operations = { delete: 'delete', get: 'get', patch: 'patch', put: 'put' };
const ON_PART: Operations = { get: 'get', patch: 'patch', put: 'put' };

/** Paths with their methods, in the form of the recorded documents. */
export function customPaths(resource: CustomResource): Readonly<Record<string, Readonly<Record<string, Json>>>> {
  const { plural, namespaced, custom } = resource;
  const root = `/apis/${groupVersionOf(resource)}`;
  const home = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`;
  const own = kindMark(resource, custom.kind);
  const methods = (operations: Operations, mark: Json = own): Record<string, Json> =>
    Object.fromEntries(
      Object.entries(operations).map(([method, action]) => [
        method,
        { 'x-kubernetes-action': action, 'x-kubernetes-group-version-kind': mark },
      ]),
    );
  return {
    ...(namespaced ? { [`${root}/${plural}`]: methods({ get: 'list' }) } : {}),
    [home]: methods(ON_LIST),
    [`${home}/{name}`]: methods(ON_OBJECT),
    ...(custom.hasStatus ? { [`${home}/{name}/status`]: methods(ON_PART) } : {}),
    ...(custom.scale === undefined
      ? {}
      : { [`${home}/{name}/scale`]: methods(ON_PART, { group: 'autoscaling', kind: 'Scale', version: 'v1' }) }),
  };
}
