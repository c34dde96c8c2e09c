/** From a request to its handler. */
import { groupVersionOf } from '../../../kubernetes/index.ts';
import { isCustom } from '../custom-resources/types.ts';
import { scaleCustom } from '../custom-resources/scale-custom.ts';
import { DEFINITION } from '../custom-resources/custom-versions.ts';
import { loadValidationRules } from '../custom-resources/rules/load-cel.ts';
import { isReadOnly } from '../lab-resources.ts';
import { badRequest, failure, notImplemented, qualified } from '../statuses.ts';
import { guarded, isGuarded } from './guarded-writes.ts';
import { decidePath, decideResource, denied } from './authorize.ts';
import { discover, knowsGroupVersion } from './discovery.ts';
import { serveHealth } from './health.ts';
import { createObject, deleteObject, deleteObjects, getObject, patchObject, updateObject } from './objects.ts';
import { listObjects } from './lists.ts';
import { serveMetricsApi } from './metrics.ts';
import { serveOpenApi } from './openapi.ts';
import { serveOpenApiV2 } from './openapi-v2.ts';
import { parseTarget, verbOf } from './parse-target.ts';
import { review, reviewAt } from './reviews.ts';
import { subresourcesOf } from './served-resources.ts';
import { serveServerPages } from './server-pages.ts';
import { serveUnstored } from './unstored.ts';
import { serveProxy } from './serve-proxy.ts';
import { bind, evict, log, scale } from './subresources.ts';
import { PAGE_NOT_FOUND } from './page-not-found.ts';
import { requestToken, serveIssuer } from './token-requests.ts';
import type { Answer, Call, Target } from './types.ts';
import { serveWatch } from './watch.ts';
import { mediaTypeFor } from './write-answer.ts';

const noResource = (): Error =>
  failure({ code: 404, reason: 'NotFound', message: 'the server could not find the requested resource', details: {} });
const noMethod = (): Error =>
  failure({
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
    details: {},
  });

/** Answers a request. Errors: `ApiError`. */
export async function route(call: Call): Promise<Answer> {
  const measured = serveMetricsApi(call);
  if (measured !== undefined) return measured;
  const target = parseTarget(call.path, call.query, call.store);
  if (target === undefined) return routePath(call);
  authorize(call, target);
  return routeResource(isGuarded(target.served.resource) ? guarded(call) : call, target);
}

async function routeResource(call: Call, target: Target): Promise<Answer> {
  // Before anything is done: nobody could read the answer.
  if (!['log', 'proxy'].includes(subresourceName(target) ?? '')) mediaTypeFor(call.request);
  refuseUnwritten(call, target);
  await prepareCustom(call, target);
  const deprecation = DEPRECATIONS[groupVersionOf(target.served.resource)]?.[target.served.resource.kind];
  if (deprecation !== undefined) call.warnings.push(deprecation);
  if (target.subresource !== undefined) return routeSubresource(call, target);
  if (target.name === undefined) return routeCollection(call, target);
  switch (call.method) {
    case 'GET':
      return target.watch ? serveWatch(call, target) : getObject(call, target);
    case 'PUT':
      return updateObject(call, target);
    case 'PATCH':
      return patchObject(call, target);
    case 'DELETE':
      return deleteObject(call, target);
    default:
      throw noMethod();
  }
}

/** Told in a header of every answer. Source: the APILifecycle markers of the API's types, 1.36. */
const DEPRECATIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  v1: { Endpoints: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice' },
};

function refuseUnwritten({ method }: Call, { served: { resource } }: Target): void {
  if (isReadOnly(resource.kind) && ['POST', 'PUT', 'PATCH'].includes(method))
    throw notImplemented(`writing ${qualified(resource)}, which would have no effect`);
}

/** Rules and patterns of definitions are checked when one is written, and run when one of its objects is. */
async function prepareCustom({ method, warnings }: Call, { served: { resource } }: Target): Promise<void> {
  const { custom, kind } = resource;
  if (custom?.warning !== undefined) warnings.push(custom.warning);
  if (custom?.isTerminating === true && method === 'POST') throw noMethod();
  if (method !== 'GET' && (kind === DEFINITION || custom !== undefined)) await loadValidationRules();
}

/** The verbs of paths that are no resources. */
const VERBS: Readonly<Record<string, string>> = { HEAD: 'get' };

async function routePath(call: Call): Promise<Answer> {
  const { user, path } = call;
  const asked = call.method === 'POST' ? reviewAt(path) : undefined;
  if (asked !== undefined) {
    const { group, plural } = asked.review;
    const attributes = { verb: 'create', group, resource: plural, namespace: asked.namespace, name: undefined };
    const { allowed, reason } = decideResource(call.store, user, attributes);
    if (!allowed) throw denied(user, attributes, reason);
    return review(call, asked);
  }
  const unstored = serveUnstored(call);
  if (unstored !== undefined) return unstored;
  const verb = VERBS[call.method] ?? call.method.toLowerCase();
  if (!decidePath(call.store, user, verb, path).allowed) {
    throw failure({
      code: 403,
      reason: 'Forbidden',
      message: `forbidden: User "${user.user}" cannot ${verb} path "${path}"`,
      details: {},
    });
  }
  const answer =
    serveHealth(call) ??
    serveServerPages(call) ??
    serveIssuer(call) ??
    discover(call) ??
    (await serveOpenApiV2(call)) ??
    (await serveOpenApi(call));
  if (answer !== undefined) return answer;
  if (/^\/apis?\//.test(path) && knowsGroupVersion(path, call.store)) throw noResource();
  return PAGE_NOT_FOUND;
}

/** What follows the name of a subresource is its own business. */
const subresourceName = ({ subresource }: Target): string | undefined => subresource?.split('/')[0];

function authorize(call: Call, target: Target): void {
  const { resource } = target.served;
  const attributes = {
    verb: verbOf(call.method, target),
    group: resource.group,
    resource: target.subresource === undefined ? resource.plural : `${resource.plural}/${subresourceName(target)}`,
    namespace: target.namespace,
    name: target.name,
  };
  const { allowed, reason } = decideResource(call.store, call.user, attributes);
  if (!allowed) throw denied(call.user, attributes, reason);
}

function routeCollection(call: Call, target: Target): Answer | Promise<Answer> {
  const placed = !target.served.resource.namespaced || target.namespace !== undefined;
  switch (call.method) {
    case 'GET':
      return target.watch ? serveWatch(call, target) : listObjects(call, target);
    case 'POST':
      if (placed) return createObject(call, target);
      throw noMethod();
    case 'DELETE':
      if (placed && target.served.resource.kind !== 'Namespace') return deleteObjects(call, target);
      throw noMethod();
    default:
      throw noMethod();
  }
}

function routeSubresource(call: Call, target: Target): Answer | Promise<Answer> {
  const [name = ''] = (target.subresource ?? '').split('/');
  const known = subresourcesOf(target.served.resource).find((item) => item.name === name);
  if (known === undefined) throw noResource();
  const verb = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }[call.method];
  if (verb === undefined || !known.verbs.includes(verb)) throw noMethod();
  switch (name) {
    case 'scale':
      return isCustom(target.served.resource) ? scaleCustom(call, target, target.served.resource) : scale(call, target);
    case 'eviction':
      return evict(call, target);
    case 'binding':
      return bind(call, target);
    case 'log':
      return log(call, target);
    case 'proxy':
      return serveProxy(call, target, call.access);
    case 'token':
      return requestToken(call, target);
    case 'attach':
    case 'exec':
    case 'portforward':
      throw badRequest('Upgrade request required');
    default:
      if (call.method === 'GET') return getObject(call, target);
      return call.method === 'PUT' ? updateObject(call, target) : patchObject(call, target);
  }
}
