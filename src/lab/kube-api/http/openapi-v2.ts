/** `/openapi/v2`, which clients before 1.27 read: the same shapes in the older form, as JSON and as the protobuf message that kubectl asks for. */
import { isObject, type Json } from '../json.ts';
import { customResourcesIn, DEFINITION } from '../custom-resources/custom-versions.ts';
import { customPaths, customSchemas } from '../custom-resources/openapi-of.ts';
import { describedSchemas, type DescribedSchema } from '../schema/described-schemas.ts';
import { openApi, referenceOf } from '../schema/schemas.ts';
import type { Store } from '../store.ts';
import { bool, bytes, message, text } from './write-protobuf.ts';
import type { Answer, Call } from './types.ts';

const INFO = { title: 'Kubernetes', version: 'v1.36.2' };
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'] as const;
const WRITES = ['post', 'put', 'patch'];
/** kubectl looks for these to learn what the server can do. */
const WRITE_PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation'];
const PROTOBUF_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
/** Older clients write an `@`, which no answer may have. */
const PROTOBUF = /application\/com\.github\.proto-openapi\.spec\.v2[@.]v1\.0\+protobuf/;

let asProtobuf: { readonly for: string; readonly bytes: Buffer } | undefined;

/** Undefined for other paths. */
export async function serveOpenApiV2({ path, request, response, store }: Call): Promise<Answer | undefined> {
  if (path !== '/openapi/v2') return undefined;
  const parts = await partsIn(store);
  if (!PROTOBUF.test(request.headers.accept ?? '')) return { status: 200, body: document(parts) };
  // Made anew when a definition changed; the message is large.
  const made = store
    .list(DEFINITION)
    .map(({ metadata }) => `${metadata.uid} ${metadata.resourceVersion}`)
    .join(' ');
  if (asProtobuf?.for !== made) asProtobuf = { for: made, bytes: documentBytes(parts) };
  const { bytes: message } = asProtobuf;
  response.writeHead(200, { 'content-type': PROTOBUF_TYPE, 'content-length': message.length });
  response.end(message);
  return 'streamed';
}

/** A schema of version 3 in the form of version 2: no choices between types, references by themselves. */
function olderSchema(schema: DescribedSchema): Json {
  const name = referenceOf(schema);
  const extensions = Object.fromEntries(Object.entries(schema).filter(([key]) => key.startsWith('x-')));
  if (name !== undefined)
    return {
      ...(schema.description === undefined ? {} : { description: schema.description }),
      $ref: `#/definitions/${name}`,
      ...extensions,
    };
  const { type, format, required, properties, items, additionalProperties } = schema;
  const { description } = schema;
  return {
    ...extensions,
    ...(description === undefined ? {} : { description }),
    type: type ?? (schema.oneOf ? 'string' : 'object'),
    ...(format === undefined ? {} : { format }),
    ...(required === undefined ? {} : { required }),
    ...(properties && { properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, olderSchema(value)])) }),
    ...(items && { items: olderSchema(items) }),
    ...(isObject(additionalProperties) && { additionalProperties: olderSchema(additionalProperties) }),
  };
}

interface Parts {
  readonly definitions: readonly (readonly [string, Json])[];
  readonly paths: readonly (readonly [string, Readonly<Record<string, Json>>])[];
}

/** What the server and definitions describe. */
async function partsIn(store: Store): Promise<Parts> {
  const custom = customResourcesIn(store);
  // Schemas of definitions are of the same form, with more in it than is read here.
  const made: Readonly<Record<string, DescribedSchema>> = Object.assign({}, ...custom.map(customSchemas)) as Record<
    string,
    DescribedSchema
  >;
  const schemas = Object.entries({ ...(await describedSchemas()), ...made });
  return {
    definitions: schemas.map(([name, schema]) => [name, olderSchema(schema)] as const),
    paths: [...Object.entries(openApi().paths), ...custom.flatMap((resource) => Object.entries(customPaths(resource)))],
  };
}

const parametersOf = (method: string): readonly string[] => (WRITES.includes(method) ? WRITE_PARAMETERS : []);

function document(parts: Parts): Json {
  const paths = parts.paths.map(([path, methods]) => {
    const operations = Object.entries(methods).map(([method, operation]) => {
      const parameters = parametersOf(method).map((name) => ({ name, in: 'query', type: 'string', uniqueItems: true }));
      return [method, { ...operation, parameters, responses: { 200: { description: 'OK' } } }] as const;
    });
    return [path, Object.fromEntries(operations)] as const;
  });
  return { swagger: '2.0', info: INFO, paths: Object.fromEntries(paths), definitions: Object.fromEntries(parts.definitions) };
}

/** Source: gnostic's OpenAPIv2.proto (message `Document` and those below). */
function documentBytes(parts: Parts): Buffer {
  const paths = parts.paths.map(([path, methods]) => message(2, text(1, path), message(2, ...pathBytes(methods))));
  const schemas = parts.definitions.map(([name, schema]) => message(1, text(1, name), message(2, ...schemaBytes(schema))));
  return bytes(text(1, '2.0'), message(2, text(1, INFO.title), text(2, INFO.version)), message(8, ...paths), message(9, ...schemas));
}

function pathBytes(methods: Readonly<Record<string, Json>>): Buffer[] {
  return METHODS.flatMap((method, index) => {
    const operation = methods[method];
    if (operation === undefined) return [];
    const parameters = parametersOf(method).map((name) => {
      const query = message(3, text(2, 'query'), text(4, name), text(6, 'string'), bool(20, true));
      return message(8, message(1, message(2, query)));
    });
    const response = message(9, message(1, text(1, '200'), message(2, message(1, text(1, 'OK')))));
    return [message(index + 2, ...parameters, response, ...extensionBytes(13, operation))];
  });
}

function schemaBytes(schema: Json): Buffer[] {
  const { $ref, format, type, description, required, properties, items, additionalProperties } = schema;
  const fields: Buffer[] = [];
  if (typeof $ref === 'string') fields.push(text(1, $ref));
  if (typeof format === 'string') fields.push(text(2, format));
  if (typeof description === 'string') fields.push(text(4, description));
  if (Array.isArray(required)) fields.push(...required.map((name) => text(19, String(name))));
  if (isObject(additionalProperties)) fields.push(message(21, message(1, ...schemaBytes(additionalProperties))));
  if (typeof type === 'string') fields.push(message(22, text(1, type)));
  if (isObject(items)) fields.push(message(23, message(1, ...schemaBytes(items))));
  if (isObject(properties)) {
    const named = Object.entries(properties).map(([name, value]) =>
      message(1, text(1, name), message(2, ...schemaBytes(isObject(value) ? value : {}))),
    );
    fields.push(message(25, ...named));
  }
  return [...fields, ...extensionBytes(31, schema)];
}

/** Values of extensions are YAML texts, of which JSON is one. */
const extensionBytes = (field: number, object: Json): Buffer[] =>
  Object.entries(object)
    .filter(([name]) => name.startsWith('x-'))
    .map(([name, value]) => message(field, text(1, name), message(2, text(2, `${JSON.stringify(value)}\n`))));
