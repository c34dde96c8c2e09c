/** Scale, eviction, binding, log. */
import { bindPod } from '../bind-pod.ts';
import { evictPod } from '../evict-pod.ts';
import { copyJson, textOf, type Json } from '../json.ts';
import { tracker } from '../managed-fields/tracker.ts';
import { Problems } from '../problems.ts';
import { badRequest, invalid, notImplemented } from '../statuses.ts';
import type { Stored } from '../store.ts';
import { validateBindingTarget } from '../validation/pod-binding.ts';
import { mediaTypeOf, parseObject, readText } from './body.ts';
import { chosenContainer } from './chosen-container.ts';
import { found } from './objects.ts';
import { changed } from './patches.ts';
import { queryFlag } from './query-flag.ts';
import { asJson } from './served-resources.ts';
import type { Answer, Call, Target } from './types.ts';
import { deleteOptions, writeParameters } from './write-options.ts';

const SUCCESS = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

export async function evict(call: Call, target: Target): Promise<Answer> {
  const body = await parseObject(await readText(call.request), mediaTypeOf(call.request), 'Eviction');
  const { dryRun, ...options } = deleteOptions(call, asJson(body['deleteOptions']));
  evictPod(call.writer, { namespace: target.namespace ?? '', pod: target.name ?? '', options, dryRun });
  return { status: 201, body: SUCCESS };
}

export async function bind(call: Call, target: Target): Promise<Answer> {
  const body = await parseObject(await readText(call.request), mediaTypeOf(call.request), 'Binding');
  const problems = new Problems();
  validateBindingTarget(asJson(body['target']), problems);
  if (problems.list.length > 0) throw invalid({ kind: 'Binding', group: '' }, target.name ?? '', problems.list);
  const node = textOf(asJson(body['target'])['name']);
  bindPod(
    call.writer.context,
    { namespace: target.namespace ?? '', pod: target.name ?? '', node },
    writeParameters(call, 'CreateOptions').dryRun,
  );
  return { status: 201, body: SUCCESS };
}

function scaleOf(object: Stored): Json {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const spec = asJson(object['spec']);
  const status = asJson(object['status']);
  const selector = asJson(spec['selector']);
  const labels = object.kind === 'ReplicationController' ? selector : asJson(selector['matchLabels']);
  const text = Object.entries(labels)
    .map(([key, value]) => `${key}=${textOf(value)}`)
    .sort()
    .join(',');
  const replicas = Number(spec['replicas'] ?? 0);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: Number(status['replicas'] ?? 0), selector: text },
  };
}

export async function scale(call: Call, target: Target): Promise<Answer> {
  const current = found(call, target);
  if (call.method === 'GET') return { status: 200, body: scaleOf(current) };
  const text = await readText(call.request);
  const parameters = writeParameters(call, call.method === 'PUT' ? 'UpdateOptions' : 'PatchOptions');
  const wanted =
    call.method === 'PUT'
      ? await parseObject(text, mediaTypeOf(call.request), 'Scale')
      : changed('Scale', 'autoscaling/v1', scaleOf(current), { text, mediaType: mediaTypeOf(call.request), parameters });
  const given = asJson(wanted['metadata'])['name'] ?? target.name;
  if (given !== target.name)
    throw badRequest(`the name of the object (${textOf(given)}) does not match the name on the URL (${target.name})`);
  const replicas = asJson(wanted['spec'])['replicas'] ?? 0;
  if (typeof replicas !== 'number') throw badRequest('json: cannot unmarshal into Go struct field ScaleSpec.spec.replicas of type int32');
  if (replicas < 0) {
    throw invalid({ kind: 'Scale', group: 'autoscaling' }, current.metadata.name, [
      { reason: 'FieldValueInvalid', message: `Invalid value: ${replicas}: must be greater than or equal to 0`, field: 'spec.replicas' },
    ]);
  }
  const draft = copyJson(current);
  const version = asJson(wanted['metadata'])['resourceVersion'];
  if (typeof version === 'string' && version !== '') draft.metadata.resourceVersion = version;
  draft['spec'] = { ...asJson(draft['spec']), replicas };
  const { resource } = target.served;
  const beforeStore = tracker(resource, { manager: parameters.fieldManager, nowMs: call.clock.now(), subresource: 'scale' });
  const updated = call.writer.update(resource.kind, draft, { dryRun: parameters.dryRun, beforeStore });
  return { status: 200, body: scaleOf(updated) };
}

/** Streams a container's log. */
export async function log(call: Call, target: Target): Promise<Answer> {
  const pod = found(call, target);
  const container = chosenContainer(pod, call.query.get('container') ?? '');
  if (asJson(pod['spec'])['nodeName'] === undefined) return { status: 204, text: '' };
  if (call.logs === undefined) throw notImplemented('reading the logs of a pod (no log source was given)');
  const count = (key: string): number | undefined => (call.query.has(key) ? Number(call.query.get(key)) : undefined);
  const is = (key: string): boolean => queryFlag(call.query, key);
  const lines = await call.logs({
    namespace: target.namespace ?? '',
    pod: pod.metadata.name,
    container,
    follow: is('follow'),
    previous: is('previous'),
    tailLines: count('tailLines'),
    sinceSeconds: secondsSince(call),
    timestamps: is('timestamps'),
    signal: call.signal,
  });
  if (lines === undefined) throw notRunning(pod, container, is('previous'));
  call.response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' });
  for await (const line of lines) {
    if (call.signal.aborted) break;
    call.response.write(`${line}\n`);
  }
  call.response.end();
  return 'streamed';
}

/** `sinceSeconds`, or the time since `sinceTime`. */
function secondsSince({ query, clock }: Call): number | undefined {
  if (query.has('sinceSeconds')) return Number(query.get('sinceSeconds'));
  const time = Date.parse(query.get('sinceTime') ?? '');
  return Number.isNaN(time) ? undefined : (clock.now() - time) / 1000;
}

/** Source: pkg/kubelet, validateContainerLogStatus (1.36). */
const WAITING: Readonly<Record<string, string>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: 'trying and failing to pull image',
};

function notRunning(pod: Stored, container: string, previous: boolean): Error {
  const { name } = pod.metadata;
  if (previous) return badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
  const { containerStatuses, initContainerStatuses, ephemeralContainerStatuses } = asJson(pod['status']);
  const lists = [containerStatuses, initContainerStatuses, ephemeralContainerStatuses];
  const statuses = lists.flatMap((list): unknown[] => (Array.isArray(list) ? list : [])).map(asJson);
  const found = statuses.find((status) => status['name'] === container);
  const reason = textOf(asJson(asJson(found?.['state'])['waiting'])['reason'] ?? 'ContainerCreating');
  return badRequest(`container "${container}" in pod "${name}" is waiting to start: ${WAITING[reason] ?? reason}`);
}
