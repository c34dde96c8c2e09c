/** The scale subresource of custom resources. Source: apiextensions-apiserver pkg/registry/customresource/etcd.go, ScaleREST, 1.36. */
import { mediaTypeOf, parseObject, readText } from '../http/body.ts';
import { found } from '../http/objects.ts';
import { changed } from '../http/patches.ts';
import type { Answer, Call, Target } from '../http/types.ts';
import { writeParameters } from '../http/write-options.ts';
import { isObject, textOf, type Json } from '../json.ts';
import { tracker } from '../managed-fields/tracker.ts';
import { badRequest, internalError, invalid } from '../statuses.ts';
import type { Stored } from '../store.ts';
import { customScaleOf, withReplicas } from './scale.ts';
import type { CustomResource, ScalePaths } from './types.ts';

function scaleOf(object: Stored, paths: ScalePaths): Json {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const { replicas, statusReplicas, selector } = customScaleOf(object, paths);
  if (replicas === undefined) throw internalError(`the spec replicas field "${paths.specReplicasPath ?? ''}" does not exist`);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion, creationTimestamp },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: statusReplicas, ...(selector === '' ? {} : { selector }) },
  };
}

const members = (value: unknown): Json => (isObject(value) ? value : {});

/** Errors: `ApiError` 400, 409, 422; 500 while there are no replicas to be read. */
export async function scaleCustom(call: Call, target: Target, resource: CustomResource): Promise<Answer> {
  const current = found(call, target);
  const paths = resource.custom.scale ?? {};
  if (call.method === 'GET') return { status: 200, body: scaleOf(current, paths) };
  const text = await readText(call.request);
  const mediaType = mediaTypeOf(call.request);
  const parameters = writeParameters(call, call.method === 'PUT' ? 'UpdateOptions' : 'PatchOptions');
  const shown = call.method === 'PUT' ? {} : scaleOf(current, paths);
  const wanted =
    call.method === 'PUT'
      ? await parseObject(text, mediaType, 'Scale')
      : changed('Scale', 'autoscaling/v1', shown, { text, mediaType, parameters });
  const { name = target.name, resourceVersion } = members(wanted['metadata']);
  if (name !== target.name)
    throw badRequest(`the name of the object (${textOf(name)}) does not match the name on the URL (${target.name})`);
  const replicas = members(wanted['spec'])['replicas'] ?? 0;
  if (typeof replicas !== 'number') throw badRequest('json: cannot unmarshal into Go struct field ScaleSpec.spec.replicas of type int32');
  if (replicas < 0) {
    throw invalid({ kind: 'Scale', group: 'autoscaling' }, current.metadata.name, [
      { reason: 'FieldValueInvalid', message: `Invalid value: ${replicas}: must be greater than or equal to 0`, field: 'spec.replicas' },
    ]);
  }
  const draft = withReplicas(current, paths, replicas);
  if (typeof resourceVersion === 'string' && resourceVersion !== '') draft.metadata.resourceVersion = resourceVersion;
  const beforeStore = tracker(resource, { manager: parameters.fieldManager, nowMs: call.clock.now(), subresource: 'scale' });
  const { rules } = resource.custom;
  return { status: 200, body: scaleOf(call.writer.update(resource.kind, draft, { dryRun: parameters.dryRun, rules, beforeStore }), paths) };
}
