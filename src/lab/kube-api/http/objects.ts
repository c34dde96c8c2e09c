/** Get, list, create, update, patch, delete of objects. */
import { isObject, type Json } from '../json.ts';
import { notFound } from '../statuses.ts';
import { partOf } from '../pod-subresources/part-of.ts';
import type { Stored } from '../store.ts';
import { mediaTypeOf, parseObject, readText } from './body.ts';
import { checkName, placeIn, toStored } from './decode-body.ts';
import { checkReadVersion, selected } from './lists.ts';
import { patchedObject } from './patches.ts';
import { represent, representList } from './represent.ts';
import type { Answer, Call, Target } from './types.ts';
import { deleteOptions, warner, writeParameters } from './write-options.ts';
import { tracker } from '../managed-fields/tracker.ts';

/** The object that a target names. Errors: `ApiError` 404. */
export function found({ store }: Call, { served: { resource }, namespace, name = '' }: Target): Stored {
  const object = store.get(resource.kind, resource.namespaced ? (namespace ?? '') : '', name);
  if (object === undefined) throw notFound(resource, name);
  return object;
}

const ok = (call: Call, target: Target, object: Stored, status = 200): Answer => ({ status, body: represent(call, target.served, object) });

export function getObject(call: Call, target: Target): Answer {
  checkReadVersion(call);
  return ok(call, target, found(call, target));
}

export async function createObject(call: Call, target: Target): Promise<Answer> {
  const { kind } = target.served.resource;
  const text = await readText(call.request);
  const value = await parseObject(text, mediaTypeOf(call.request), kind);
  const parameters = writeParameters(call, 'CreateOptions');
  const object = toStored(call, target.served, value, { ...parameters, text });
  placeIn(target, object);
  const beforeStore = tracker(target.served.resource, { manager: parameters.fieldManager, nowMs: call.clock.now() });
  return ok(
    call,
    target,
    call.writer.create(kind, object, {
      dryRun: parameters.dryRun,
      rules: target.served.resource.custom?.rules,
      warn: warner(call),
      beforeStore,
    }),
    201,
  );
}

export async function updateObject(call: Call, target: Target): Promise<Answer> {
  const { resource } = target.served;
  const text = await readText(call.request);
  const value = await parseObject(text, mediaTypeOf(call.request), resource.kind);
  const parameters = writeParameters(call, 'UpdateOptions');
  const object = toStored(call, target.served, value, { ...parameters, text });
  placeIn(target, object);
  checkName(target, object);
  const subresource = target.subresource === 'status' ? 'status' : undefined;
  if (target.subresource === 'finalize') return finalize(call, target, object);
  const exists = call.store.get(resource.kind, object.metadata.namespace ?? '', object.metadata.name) !== undefined;
  const part = partOf(target);
  const by = part === undefined ? subresource : target.subresource;
  const beforeStore = tracker(resource, { manager: parameters.fieldManager, nowMs: call.clock.now(), subresource: by });
  // Leases may be made by an update, so that a kubelet needs one call only.
  if (!exists && resource.kind === 'Lease')
    return ok(call, target, call.writer.create('Lease', object, { dryRun: parameters.dryRun, beforeStore }), 201);
  return ok(
    call,
    target,
    call.writer.update(resource.kind, object, {
      dryRun: parameters.dryRun,
      subresource,
      part,
      rules: resource.custom?.rules,
      warn: warner(call),
      beforeStore,
    }),
  );
}

function finalize(call: Call, target: Target, object: Stored): Answer {
  const current = found(call, target);
  const finalizers = isObject(object['spec']) ? object['spec']['finalizers'] : [];
  const spec: Json = { ...(isObject(current['spec']) ? current['spec'] : {}), finalizers };
  return ok(call, target, call.writer.update('Namespace', { ...current, spec }));
}

export async function patchObject(call: Call, target: Target): Promise<Answer> {
  const text = await readText(call.request);
  const parameters = writeParameters(call, 'PatchOptions');
  const { object, created } = await patchedObject(call, target, { text, mediaType: mediaTypeOf(call.request), parameters });
  return ok(call, target, object, created ? 201 : 200);
}

/** Kinds whose delete answers with the object even when it went at once. */
const RETURNED = ['PersistentVolume', 'PersistentVolumeClaim', 'Pod', 'PodTemplate', 'ResourceQuota', 'Service', 'ServiceAccount'];

async function deleteBody(call: Call): Promise<Json> {
  const text = await readText(call.request);
  return text.trim() === '' ? {} : parseObject(text, mediaTypeOf(call.request), 'DeleteOptions');
}

export async function deleteObject(call: Call, target: Target): Promise<Answer> {
  const options = deleteOptions(call, await deleteBody(call));
  const { resource } = target.served;
  const { metadata } = found(call, target);
  const { object, gone } = call.writer.remove(resource.kind, metadata.namespace ?? '', metadata.name, options);
  if (!gone || RETURNED.includes(resource.kind)) return ok(call, target, object);
  const details = {
    name: metadata.name,
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.plural,
    uid: metadata.uid,
  };
  return { status: 200, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } };
}

export async function deleteObjects(call: Call, target: Target): Promise<Answer> {
  const options = deleteOptions(call, await deleteBody(call));
  const { kind } = target.served.resource;
  const doomed = selected(call, target) ?? [];
  const removed = doomed.map(({ metadata }) => call.writer.remove(kind, metadata.namespace ?? '', metadata.name, options).object);
  return { status: 200, body: representList(call, target.served, removed, { resourceVersion: String(call.store.revision) }) };
}
