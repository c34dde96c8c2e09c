/** Two resources that hold no objects: bindings (a write of a pod's node), and what the control plane's parts say of themselves. Source: pkg/registry/core/{pod,componentstatus}, 1.36. */
import { bindPod } from '../bind-pod.ts';
import { badRequest, failure, invalid, notFound } from '../statuses.ts';
import { textOf, type Json } from '../json.ts';
import { decideResource, denied } from './authorize.ts';
import { mediaTypeOf, parseObject, readText } from './body.ts';
import { asJson } from './served-resources.ts';
import type { Answer, Call } from './types.ts';
import { writeParameters } from './write-options.ts';

const COMPONENTS = ['controller-manager', 'etcd-0', 'scheduler'];
const CREATED = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

/** Undefined for other paths. Errors: `ApiError`. */
export function serveUnstored(call: Call): Answer | Promise<Answer> | undefined {
  const [, namespace] = /^\/api\/v1\/namespaces\/([^/]+)\/bindings$/.exec(call.path) ?? [];
  if (namespace !== undefined && call.method === 'POST') return bindNamed(call, namespace);
  const [whole, name] = /^\/api\/v1\/componentstatuses(?:\/([^/]+))?$/.exec(call.path) ?? [];
  if (whole !== undefined && call.method === 'GET') return components(call, name);
  return undefined;
}

function check(
  call: Call,
  verb: string,
  resource: string,
  place: { readonly namespace?: string; readonly name?: string | undefined },
): void {
  const attributes = { verb, group: '', resource, namespace: place.namespace, name: place.name };
  const { allowed, reason } = decideResource(call.store, call.user, attributes);
  if (!allowed) throw denied(call.user, attributes, reason);
}

async function bindNamed(call: Call, namespace: string): Promise<Answer> {
  check(call, 'create', 'bindings', { namespace });
  const body = await parseObject(await readText(call.request), mediaTypeOf(call.request), 'Binding');
  const pod = textOf(asJson(body['metadata'])['name'] ?? '');
  if (pod === '') throw badRequest('name must be provided');
  const node = textOf(asJson(body['target'])['name'] ?? '');
  if (node === '')
    throw invalid({ kind: 'Binding', group: '' }, pod, [{ reason: 'FieldValueRequired', message: 'Required value', field: 'target.name' }]);
  bindPod(call.writer.context, { namespace, pod, node }, writeParameters(call, 'CreateOptions').dryRun);
  return { status: 201, body: CREATED };
}

const componentOf = (name: string): Json => ({ metadata: { name }, conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }] });

/** The lab's control plane is one process that answers. */
function components(call: Call, name: string | undefined): Answer {
  check(call, name === undefined ? 'list' : 'get', 'componentstatuses', { name });
  call.warnings.push('v1 ComponentStatus is deprecated in v1.19+');
  if (name !== undefined && !COMPONENTS.includes(name))
    throw notFound({ kind: 'ComponentStatus', group: '', plural: 'componentstatuses' }, name);
  const shown = name === undefined ? COMPONENTS : [name];
  if (call.query.has('watch'))
    throw failure({
      code: 405,
      reason: 'MethodNotAllowed',
      message: 'the server does not allow this method on the requested resource',
      details: {},
    });
  if (/as=Table/.test(call.request.headers.accept ?? '')) return { status: 200, body: tableOf(shown) };
  if (name !== undefined) return { status: 200, body: { kind: 'ComponentStatus', apiVersion: 'v1', ...componentOf(name) } };
  return { status: 200, body: { kind: 'ComponentStatusList', apiVersion: 'v1', metadata: {}, items: shown.map(componentOf) } };
}

function tableOf(names: readonly string[]): Json {
  const columnDefinitions = ['Name', 'Status', 'Message', 'Error'].map((name) => ({
    name,
    type: 'string',
    format: name === 'Name' ? 'name' : '',
    description: '',
    priority: 0,
  }));
  const rows = names.map((name) => ({
    cells: [name, 'Healthy', 'ok', ''],
    object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name } },
  }));
  return { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: {}, columnDefinitions, rows };
}
