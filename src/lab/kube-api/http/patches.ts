/** The four kinds of patch. Source: apiserver endpoints/handlers/patch.go, 1.36. */
import jsonPatch, { type Operation } from 'fast-json-patch';
import { groupVersionOf } from '../../../kubernetes/index.ts';
import { isCustom } from '../custom-resources/types.ts';
import { copyJson, isObject, type Json } from '../json.ts';
import { applyObject } from '../managed-fields/apply-object.ts';
import { tracker } from '../managed-fields/tracker.ts';
import { partOf } from '../pod-subresources/part-of.ts';
import { jsonMergePatch } from '../patch/json-merge.ts';
import { strategicMergePatch } from '../patch/strategic-merge.ts';
import { schemaOf } from '../schema/schemas.ts';
import { badRequest, failure, notFound } from '../statuses.ts';
import type { Stored } from '../store.ts';
import { checkName, placeIn, toStored } from './decode-body.ts';
import { versioned } from './represent.ts';
import type { Call, Target } from './types.ts';
import { warner, type WriteParameters } from './write-options.ts';

export interface PatchRequest {
  readonly text: string;
  readonly mediaType: string;
  readonly parameters: WriteParameters;
}

const unsupported = (): Error =>
  failure({ code: 415, reason: 'UnsupportedMediaType', message: '415: Unsupported Media Type', details: {} });

const TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/** Lists of custom resources have no merge keys. */
const CUSTOM_TYPES = TYPES.filter((type) => !type.startsWith('application/strategic'));
const unsupportedPatch = (): Error =>
  failure({
    code: 415,
    reason: 'UnsupportedMediaType',
    message: `the body of the request was in an unknown format - accepted media types include: ${CUSTOM_TYPES.join(', ')}`,
  });

/** Applies the patch and stores the result. Errors: `ApiError`. */
export async function patchedObject(call: Call, target: Target, patch: PatchRequest): Promise<{ object: Stored; created: boolean }> {
  if (isCustom(target.served.resource) && !CUSTOM_TYPES.includes(patch.mediaType)) throw unsupportedPatch();
  if (!TYPES.includes(patch.mediaType)) throw unsupported();
  if (patch.mediaType === 'application/apply-patch+yaml') return applyObject(call, target, patch);
  const { served, namespace = '', name = '' } = target;
  const current = call.store.get(served.resource.kind, served.resource.namespaced ? namespace : '', name);
  if (current === undefined) throw notFound(served.resource, name);
  const patched = changed(served.resource.kind, groupVersionOf(served.resource), copyJson(versioned(served, current)), patch);
  const object = toStored(call, served, patched, { ...patch.parameters, failWith: undecodable(patch.mediaType, patched) });
  placeIn(target, object);
  checkName(target, object);
  const { dryRun, fieldManager } = patch.parameters;
  const subresource = target.subresource === 'status' ? 'status' : undefined;
  const part = partOf(target);
  const by = part === undefined ? subresource : target.subresource;
  const beforeStore = tracker(served.resource, { manager: fieldManager, nowMs: call.clock.now(), subresource: by });
  return {
    object: call.writer.update(served.resource.kind, object, {
      dryRun,
      subresource,
      part,
      rules: served.resource.custom?.rules,
      warn: warner(call),
      beforeStore,
    }),
    created: false,
  };
}

/** The order in which the server writes metadata. Source: apimachinery, meta/v1 ObjectMeta. */
const METADATA_ORDER = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
];

function inGoOrder({ apiVersion, kind, metadata, ...rest }: Json): Json {
  const given = asObject(metadata);
  const ordered = METADATA_ORDER.flatMap((key): [string, unknown][] => (given[key] === undefined ? [] : [[key, given[key]]]));
  return { apiVersion, kind, metadata: Object.fromEntries(ordered), ...rest };
}

/** What the two JSON patches make must still be an object of the kind. Source: endpoints/handlers/patch.go, jsonPatcher.applyPatchToCurrentObject. */
function undecodable(mediaType: string, patched: Json): ((detail: string) => Error) | undefined {
  if (mediaType === 'application/strategic-merge-patch+json') return undefined;
  return (detail) => {
    const message = `Invalid value: ${JSON.stringify(JSON.stringify(inGoOrder(patched)))}: ${detail}`;
    return failure({
      code: 422,
      reason: 'Invalid',
      message: ` "" is invalid: patch: ${message}`,
      details: { causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }] },
    });
  };
}

/** The object after a patch of one of the three older kinds. */
export function changed(kind: string, groupVersion: string, current: Json, { text, mediaType }: PatchRequest): Json {
  if (mediaType === 'application/json-patch+json') return afterJsonPatch(current, text);
  const value = parsed(text);
  if (!isObject(value))
    throw badRequest(`error decoding patch: json: cannot unmarshal ${jsonType(value)} into Go value of type map[string]interface {}`);
  if (mediaType === 'application/merge-patch+json') return asObject(jsonMergePatch(current, value));
  const schema = schemaOf(groupVersion, kind);
  if (schema === undefined) throw unsupported();
  return strategicMergePatch(current, value, schema);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('error decoding patch: invalid character looking for beginning of value');
  }
}

const jsonType = (value: unknown): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);
const asObject = (value: unknown): Json => (isObject(value) ? value : {});

function afterJsonPatch(current: Json, text: string): Json {
  const operations = parsed(text);
  if (!Array.isArray(operations)) {
    throw badRequest(`error decoding patch: json: cannot unmarshal ${jsonType(operations)} into Go value of type []handlers.jsonPatchOp`);
  }
  try {
    // Whatever is no operation is refused by the validation of the library.
    const given = (operations as Operation[]).map((operation) => settingMember(current, operation));
    return asObject(jsonPatch.applyPatch(current, given, true).newDocument);
  } catch {
    throw failure({ code: 422, reason: 'Invalid', message: 'the server rejected our request due to an error in our request', details: {} });
  }
}

/** The server's library takes `replace` of a member that an object lacks for its addition. */
function settingMember(current: Json, operation: Operation): Operation {
  if (!isObject(operation) || operation.op !== 'replace' || typeof operation.path !== 'string') return operation;
  const parts = operation.path.split('/').slice(1);
  let parent: unknown = current;
  for (const part of parts.slice(0, -1)) parent = isObject(parent) ? parent[part.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
  const isMissing = isObject(parent) && parent[parts.at(-1) ?? ''] === undefined;
  return isMissing ? { ...operation, op: 'add' } : operation;
}
