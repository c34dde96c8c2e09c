/** From a parsed body to an object that may be stored: kind and version checked, unknown fields told or refused. */
import { groupVersionOf } from '../../../kubernetes/index.ts';
import { decodeCustomObject } from '../custom-resources/decode-custom-object.ts';
import { isCustom, kindOf } from '../custom-resources/types.ts';
import { isObject, textOf, type Json } from '../json.ts';
import { duplicateFields } from './duplicate-fields.ts';
import { decodeObject } from '../schema/decode-object.ts';
import { badRequest, invalid } from '../statuses.ts';
import type { Stored } from '../store.ts';
import type { Call, Served, Target } from './types.ts';
import type { WriteParameters } from './write-options.ts';

/** Errors: `ApiError` 400 on another kind or version, on wrong types, and on unknown fields when asked to be strict. */
export function toStored(
  call: Call,
  served: Served,
  value: Json,
  {
    fieldValidation,
    text = '',
    failWith,
  }: Pick<WriteParameters, 'fieldValidation'> & { readonly text?: string; readonly failWith?: ((detail: string) => Error) | undefined },
): Stored {
  const { resource } = served;
  const groupVersion = groupVersionOf(resource);
  const wanted = kindOf(resource);
  const given = { kind: value['kind'] ?? wanted, apiVersion: value['apiVersion'] ?? groupVersion };
  if (given.kind !== wanted) {
    const kind = textOf(given.kind);
    const version = textOf(given.apiVersion);
    throw badRequest(
      `${kind} in version "${version}" cannot be handled as a ${wanted}: converting (${version}.${kind}) to (${goGroup(resource.group)}.${wanted}): unknown conversion`,
    );
  }
  if (given.apiVersion !== groupVersion) {
    throw badRequest(`the API version in the data (${textOf(given.apiVersion)}) does not match the expected API version (${groupVersion})`);
  }
  const { object, warnings: unknown } = isCustom(resource)
    ? decodeCustomObject({ ...value, ...given }, resource, { failWith })
    : decodeObject({ ...value, ...given }, groupVersion, resource.kind, { failWith });
  const isJson = text.startsWith('{');
  const warnings = [...(isJson && fieldValidation !== 'Ignore' ? duplicateFields(text) : []), ...unknown];
  if (warnings.length > 0 && fieldValidation === 'Strict') {
    const version = groupVersion.split('/').at(-1) ?? '';
    throw badRequest(`${wanted} in version "${version}" cannot be handled as a ${wanted}: strict decoding error: ${warnings.join(', ')}`);
  }
  if (fieldValidation === 'Warn') call.warnings.push(...warnings);
  if (resource.group === 'events.k8s.io' && object['eventTime'] === undefined) {
    throw invalid({ kind: 'Event', group: '' }, nameOf(object), [
      { reason: 'FieldValueRequired', message: 'Required value', field: 'eventTime' },
    ]);
  }
  const plain = served.toStored ? served.toStored(object) : object;
  if (!isObject(plain['metadata'])) plain['metadata'] = {};
  return plain as Stored; // metadata is an object; a missing name is checked on the way in
}

const nameOf = ({ metadata }: Json): string => (isObject(metadata) ? textOf(metadata['name'] ?? '') : '');
const goGroup = (group: string): string => (group === '' ? 'core' : (group.split('.')[0] ?? group));

/** Puts the path's namespace into the object. Errors: `ApiError` 400 when they differ. */
export function placeIn(target: Target, object: Stored): void {
  if (!target.served.resource.namespaced || target.namespace === undefined) return;
  const { metadata } = object;
  if (metadata.namespace !== undefined && metadata.namespace !== '' && metadata.namespace !== target.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  metadata.namespace = target.namespace;
}

/** Errors: `ApiError` 400 when the object's name is not the path's. */
export function checkName(target: Target, object: Stored): void {
  const { metadata } = object;
  if ((metadata.name as string | undefined) === undefined || metadata.name === '') metadata.name = target.name ?? '';
  if (metadata.name !== target.name)
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${target.name})`);
}
