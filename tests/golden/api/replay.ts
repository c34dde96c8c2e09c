/** The state of a replay: what stands for the recording's placeholders here, and objects of steps that it does not show. */
import type { KubeObject, PodDisruptionBudget } from '../../../src/kubernetes/index.ts';
import type { LabApi } from '../../../src/lab/kube-api/index.ts';
import { isObject, objectsIn, type Exchange } from './exchange.ts';

// Now, because a node whose last heartbeat is old would be taken for dead.
export const TIME = `${new Date().toISOString().slice(0, 19)}Z`;

export interface Replay {
  readonly api: LabApi;
  readonly url: string;
  readonly ca: string;
  /** Recorded placeholders and what stands for them here. */
  readonly known: Map<string, string>;
  /** Ids of answers that agreed, by their recorded ones. */
  readonly uids: Map<string, string>;
  /** Ids here of objects that no recorded step made. */
  readonly standing: Set<string>;
  /** ConfigMaps by namespace and name, as the recording first shows them. */
  readonly shown: ReadonlyMap<string, KubeObject>;
}
/** ConfigMaps as the recording first shows them, before any deletion. */
export function configMapsShown(exchanges: readonly Exchange[]): ReadonlyMap<string, KubeObject> {
  const shown = new Map<string, KubeObject>();
  for (const object of exchanges.flatMap(({ response }) => objectsIn(response.body))) {
    const key = `${object.metadata.namespace}/${object.metadata.name}`;
    if (object.kind !== 'ConfigMap') continue;
    const { deletionTimestamp, deletionGracePeriodSeconds: _grace, finalizers = [], ...metadata } = object.metadata;
    const own = finalizers.filter((name) => name.includes('/')); // the others came with the deletion
    const alive = deletionTimestamp === undefined ? object : { ...object, metadata: { ...metadata, ...(own.length > 0 ? { finalizers: own } : {}) } };
    if (!shown.has(key)) shown.set(key, alive);
  }
  return shown;
}
/** What the parts below make themselves. */
const MADE_HERE = ['Endpoints', 'EndpointSlice', 'Event', 'Pod', 'ReplicaSet'];

/** Makes an object that an answer shows and that a step not recorded had made. */
export function seed({ api, known, standing }: Replay, object: KubeObject): void {
  const { kind = '' } = object;
  if (MADE_HERE.includes(kind)) return;
  try {
    if (api.get(kind, object.metadata.namespace, object.metadata.name) !== undefined) return;
    const text = substituted({ known }, JSON.stringify(object)).replaceAll('"<time>"', `"${TIME}"`).replaceAll('"<microtime>"', `"${TIME.replace('Z', '.000000Z')}"`);
    const given = JSON.parse(text) as KubeObject; // as it was, but for times
    const seeded = api.seed(kind, given);
    standing.add(seeded.metadata.uid ?? '');
    learn(known, object.metadata.uid, seeded.metadata.uid);
    learn(known, object.metadata.resourceVersion, seeded.metadata.resourceVersion);
  } catch {
    // A kind that the lab does not store: the comparison tells.
  }
}

export function learn(known: Map<string, string>, recorded: string | undefined, here: string | undefined): void {
  if (recorded !== undefined && here !== undefined && /^(uid|rv)-/.test(recorded)) known.set(recorded, here);
}/** The recording took the finalizer from a dependent before it asked whether the owner is gone. */
export function releaseDependents({ api }: Replay, { request }: Exchange): void {
  const match = /\/namespaces\/([^/]+)\/configmaps\/([^/?]+)/.exec(request.path);
  if (!match) return;
  const [, namespace = '', owner = ''] = match;
  for (const { metadata } of api.list('ConfigMap', { namespace })) {
    if (metadata.ownerReferences?.some(({ name }) => name === owner) !== true) continue;
    api.modify('ConfigMap', namespace, metadata.name, (draft) => {
      delete draft.metadata.finalizers;
    });
  }
}
/** The recording lowered the budget after the first refusal, in a step that it does not show (its table of budgets does). */
export function lowerBudget({ api }: Replay, { request }: Exchange): void {
  const isSecond = request.path.endsWith('/eviction') && isObject(request.body) && request.body['deleteOptions'] !== undefined;
  if (!isSecond) return;
  api.modify<PodDisruptionBudget>('PodDisruptionBudget', 'default', 'app1', ({ spec }) => {
    if (spec) spec.minAvailable = 2;
  });
}/** Objects that a recorded delete found were made in a step that is not recorded. */
export function seedDoomed(replay: Replay, { request, response }: Exchange): void {
  const match = /\/namespaces\/([^/]+)\/configmaps\/([^/?]+)/.exec(request.path);
  if (match && response.status !== 404) {
    const [, namespace = '', name = ''] = match;
    seed(replay, replay.shown.get(`${namespace}/${name}`) ?? { kind: 'ConfigMap', metadata: { name, namespace, ...uidIn(response.body) } });
    for (const child of replay.shown.values()) {
      if (child.metadata.ownerReferences?.some((owner) => owner.name === name && owner.blockOwnerDeletion === true)) seed(replay, child);
    }
    const made = replay.api.get('ConfigMap', namespace, name);
    const message = isObject(response.body) ? JSON.stringify(response.body['message'] ?? '') : '';
    learn(replay.known, /record \((uid-\d+)\)/.exec(message)?.[1], made?.metadata.uid);
    learn(replay.known, /record \((rv-\d+)\)/.exec(message)?.[1], made?.metadata.resourceVersion);
  }
  if (response.status < 300) for (const object of objectsIn(response.body)) if (request.path.includes('?')) seed(replay, object);
}

/** The id that a deletion's answer tells. */
function uidIn(body: unknown): { uid?: string } {
  const uid = isObject(body) && isObject(body['details']) ? body['details']['uid'] : undefined;
  return typeof uid === 'string' ? { uid } : {};
}

/** Remembers what the ids, versions and names of an answer are here. */
export function learnFrom(known: Map<string, string>, recorded: unknown, here: unknown): void {
  if (!isObject(recorded) || !isObject(here)) return;
  if (isObject(recorded['metadata']) && isObject(here['metadata'])) {
    for (const key of ['uid', 'resourceVersion', 'continue', 'name']) {
      const [from, to] = [recorded['metadata'][key], here['metadata'][key]];
      if (typeof from === 'string' && typeof to === 'string' && (key !== 'name' || from.includes('<'))) known.set(from, to);
    }
  }
  if (Array.isArray(recorded['items']) && Array.isArray(here['items'])) {
    for (const [index, item] of recorded['items'].entries()) learnFrom(known, item, here['items'][index]);
  }
}
/** A recorded text with what its placeholders stand for here. */
export function substituted({ known }: Pick<Replay, 'known'>, text: string): string {
  let named = text.replaceAll('<time>', TIME);
  for (const [placeholder, name] of [...known].sort(([a], [b]) => b.length - a.length)) {
    if (placeholder.includes('<') && !placeholder.startsWith('<')) named = named.replaceAll(placeholder, name);
  }
  return named.replace(/uid-\d+|rv-\d+|<continue-\d+>|%3Ccontinue-\d+%3E/g, (placeholder) => known.get(decodeURIComponent(placeholder)) ?? placeholder);
}
