/** Turns a parsed body into an object of a custom resource: metadata typed, unknown fields dropped and told, defaults filled in. */
import { groupVersionOf } from '../../../kubernetes/index.ts';
import { copyJson, isObject, type Json } from '../json.ts';
import { decodeObject, type Decoded } from '../schema/decode-object.ts';
import { applyDefaults } from './apply-defaults.ts';
import { pruned } from './prune.ts';
import type { CustomResource } from './types.ts';

interface DecodeOptions {
  /** An apply says what it wants, and nothing more. */
  readonly withoutDefaults?: boolean;
  readonly failWith?: ((detail: string) => Error) | undefined;
}

/** Any kind of the core group will do: its metadata is that of all. */
const WITH_METADATA = ['v1', 'ConfigMap'] as const;

/** Errors: `ApiError` 400 on metadata of a wrong type. Source: apiextensions-apiserver customresource_handler.go, schemaCoercingDecoder. */
export function decodeCustomObject(value: Json, resource: CustomResource, options: DecodeOptions = {}): Decoded {
  const { object, warnings } = decodeObject({ metadata: value['metadata'] }, ...WITH_METADATA, options);
  const result = pruned({ ...value }, resource.custom.schema);
  // An object goes in, so one comes out.
  const kept = copyJson(result.value) as Json;
  kept['apiVersion'] = groupVersionOf(resource);
  kept['kind'] = resource.custom.kind;
  kept['metadata'] = isObject(object['metadata']) ? object['metadata'] : {};
  if (options.withoutDefaults !== true) applyDefaults(kept, resource.custom.schema);
  return { object: kept, warnings: [...warnings, ...result.unknown.map((path) => `unknown field "${path}"`)] };
}
