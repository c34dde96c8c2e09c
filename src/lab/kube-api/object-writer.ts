/** The one way in for objects: admission, defaults, validation, versions. Both the lab's own parts and HTTP requests pass here. */
import { assert, type Clock, type Random } from '../../base/index.ts';
import { groupVersionOf, type Resource } from '../../kubernetes/index.ts';
import { checkLimits, defaultLimits } from './admission/limit-ranger.ts';
import { admitPodSecurity } from './admission/pod-security.ts';
import { admitQuota } from './admission/resource-quota.ts';
import { copyJson, isObject, sameJson } from './json.ts';
import { kindOf, type LabResource } from './custom-resources/types.ts';
import type { KindRules, RuleContext } from './kind-rules.ts';
import { generatedName, NameSource, randomUid, timestamp } from './names.ts';
import type { PartialUpdate } from './pod-subresources/partial-update.ts';
import { Problems } from './problems.ts';
import { alreadyExists, badRequest, conflict, forbidden, internalError, invalid, MODIFIED, notFound } from './statuses.ts';
import { namespaceOf, type Store, type Stored } from './store.ts';
import type { DeleteOptions } from './types.ts';
import { validateMetadata } from './validate-metadata.ts';

export interface WriteOptions {
  readonly dryRun?: boolean;
  readonly subresource?: 'status' | undefined;
  /** Only this part of the object changes, by rules of its own. */
  readonly part?: PartialUpdate | undefined;
  /** Keeps uid, times, generation and status as given, asks no questions: how a lab is furnished. */
  readonly seed?: boolean;
  /** Rules of the version that is written, where a kind has several (custom resources). */
  readonly rules?: Omit<KindRules, 'kind'> | undefined;
  /** Hears what is let through although something is wrong with it. */
  readonly warn?: ((text: string) => void) | undefined;
  /** Last change before the object is stored (managed fields). */
  readonly beforeStore?: (object: Stored, previous: Stored | undefined) => void;
}

export interface Removal {
  readonly object: Stored;
  /** False while a finalizer or a grace period holds it. */
  readonly gone: boolean;
}

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly resourceOf: (kind: string) => LabResource | undefined;
  readonly rules: readonly KindRules[];
  /** The last word on every create and update. Errors: `ApiError`. */
  readonly check?: (write: { readonly resource: Resource; readonly object: Stored; readonly previous: Stored | undefined }) => void;
}

interface Validation {
  readonly rules: Omit<KindRules, 'kind'>;
  readonly previous?: Stored;
  readonly part?: PartialUpdate | undefined;
}

const NO_RULES: Omit<KindRules, 'kind'> = {};
const PROTECTED_NAMESPACES = ['default', 'kube-system', 'kube-public'];
const NAME_ATTEMPTS = 8;
const ignored = (): void => undefined;

export class ObjectWriter {
  readonly #parts: Parts;
  readonly #rules: ReadonlyMap<string, KindRules>;
  readonly #names: NameSource;
  readonly context: RuleContext;

  constructor(parts: Parts, names?: NameSource) {
    this.#parts = parts;
    this.#rules = new Map(parts.rules.map((rules) => [rules.kind, rules]));
    this.#names = names ?? new NameSource(parts.random);
    this.context = { store: parts.store, clock: parts.clock, random: parts.random };
  }

  /** The same writer for somebody whose writes are looked at. */
  checkedBy(check: NonNullable<Parts['check']>): ObjectWriter {
    return new ObjectWriter({ ...this.#parts, check }, this.#names);
  }

  resource(kind: string): LabResource {
    const resource = this.#parts.resourceOf(kind);
    assert(resource, `the lab's API server knows no kind '${kind}'`);
    return resource;
  }

  rules(kind: string): Omit<KindRules, 'kind'> {
    return this.#rules.get(kind) ?? this.#parts.resourceOf(kind)?.custom?.rules ?? NO_RULES;
  }

  create(kind: string, input: Stored, options: WriteOptions = {}): Stored {
    const { store } = this.#parts;
    const resource = this.resource(kind);
    const rules = options.rules ?? this.rules(kind);
    const draft = copyJson(input);
    draft.apiVersion = groupVersionOf(resource);
    draft.kind = kindOf(resource);
    this.#checkNewMetadata(resource, draft, options);
    this.#name(resource, draft);
    this.#checkNamespace(resource, draft, options);
    const given = draft['status'];
    if (!options.seed) this.#startLife(rules, draft);
    else this.#keepLife(rules, draft);
    rules.defaults?.(draft);
    if (!options.seed) defaultLimits(kind, draft, this.context);
    rules.onCreate?.(draft, options.seed ? { ...this.context, isSeeding: true } : this.context);
    if (options.seed && isObject(given)) draft['status'] = { ...(isObject(draft['status']) ? draft['status'] : {}), ...given };
    if (!options.seed) {
      this.#validate(resource, draft, { rules });
      for (const text of (options.warn && rules.warnings?.(draft)) ?? []) options.warn?.(text);
      checkLimits(resource, draft, this.context);
      admitPodSecurity({ resource, object: draft, previous: undefined, context: this.context, warn: options.warn ?? ignored });
    }
    const standing = store.get(kind, namespaceOf(draft), draft.metadata.name);
    if (standing) throw alreadyExists(resource, draft.metadata.name, standing.metadata.deletionTimestamp !== undefined);
    if (!options.seed) admitQuota(resource, draft, { previous: undefined, dryRun: options.dryRun === true, context: this.context });
    this.#parts.check?.({ resource, object: draft, previous: undefined });
    options.beforeStore?.(draft, undefined);
    return options.dryRun ? draft : store.put(kind, draft);
  }

  update(kind: string, input: Stored, options: WriteOptions = {}): Stored {
    const { store } = this.#parts;
    const resource = this.resource(kind);
    const previous = store.get(kind, namespaceOf(input), input.metadata.name);
    const isResize = options.part?.changesAmounts === true;
    if (previous === undefined) throw notFound(resource, input.metadata.name);
    checkVersion(resource, input, previous);
    const draft = this.#prepareUpdate(kind, options.subresource === 'status' ? statusPartOf(input) : copyJson(input), previous, options);
    const rules = options.rules ?? this.rules(kind);
    if (options.subresource === 'status' && rules.validatesStatus && !sameJson(draft, previous))
      this.#validate(resource, draft, { rules, previous });
    if (options.subresource === undefined && !sameJson(draft, previous)) {
      this.#validate(resource, draft, { rules, previous, part: options.part });
      for (const text of (options.warn && rules.warnings?.(draft, previous)) ?? []) options.warn?.(text);
      checkLimits(resource, draft, this.context, { previous, isResize });
      admitPodSecurity({ resource, object: draft, previous, context: this.context, warn: options.warn ?? ignored });
      admitQuota(resource, draft, { previous, isResize, dryRun: options.dryRun === true, context: this.context });
    }
    this.#parts.check?.({ resource, object: draft, previous });
    options.beforeStore?.(draft, previous);
    // Only now are the managed fields there that a client may leave out.
    if (sameJson(draft, previous)) return previous;
    if (isReleased(draft)) {
      // The last thing told of it is its state before, finalizer and all.
      if (!options.dryRun) this.#take(kind, previous, previous);
      return draft;
    }
    return options.dryRun ? draft : store.put(kind, draft);
  }

  remove(kind: string, namespace: string, name: string, options: DeleteOptions & { readonly dryRun?: boolean } = {}): Removal {
    const resource = this.resource(kind);
    const found = this.#parts.store.get(kind, namespace, name);
    if (found === undefined) throw notFound(resource, name);
    checkPreconditions(resource, found, options);
    if (kind === 'Namespace' && PROTECTED_NAMESPACES.includes(name)) throw forbidden(resource, name, 'this namespace may not be deleted');
    const grace = kind === 'Pod' ? podGraceSeconds(found, options.gracePeriodSeconds) : 0;
    const draft = copyJson(found);
    addDeletionFinalizer(draft, options.propagationPolicy);
    this.rules(kind).onDelete?.(draft, this.context);
    const held = (draft.metadata.finalizers?.length ?? 0) > 0 || namespaceFinalizers(draft).length > 0;
    if (grace === 0 && !held) {
      if (!options.dryRun) this.#takeNow(kind, found, draft);
      return { object: found, gone: true };
    }
    this.#markDeleted(draft, grace);
    if (sameJson(draft, found) || options.dryRun) return { object: draft, gone: false };
    return { object: this.#parts.store.put(kind, draft), gone: false };
  }

  #take(kind: string, stored: Stored, last: Stored): void {
    this.#parts.store.remove(kind, stored, last);
    this.rules(kind).onRemoved?.(stored, this.context);
  }

  /** A pod's grace is set to nothing before the pod goes, and watchers see both. Source: registry/generic Store.Delete. */
  #takeNow(kind: string, found: Stored, draft: Stored): void {
    if (kind !== 'Pod') return this.#take(kind, found, found);
    this.#markDeleted(draft, 0);
    const last = sameJson(draft, found) ? found : this.#parts.store.put(kind, draft);
    return this.#take(kind, last, last);
  }

  /** Sets the time of deletion; a second delete may only shorten the grace. */
  #markDeleted(draft: Stored, grace: number): void {
    const { metadata } = draft;
    const before = metadata.deletionGracePeriodSeconds;
    const nowMs = this.#parts.clock.now();
    if (metadata.deletionTimestamp === undefined) {
      metadata.deletionTimestamp = timestamp(nowMs + grace * 1000);
      if (draft.kind !== 'Namespace') metadata.deletionGracePeriodSeconds = grace;
      if (metadata.generation !== undefined) metadata.generation += 1;
    } else if (before !== undefined && grace < before) {
      metadata.deletionTimestamp = timestamp(Date.parse(metadata.deletionTimestamp) + (grace - before) * 1000);
      metadata.deletionGracePeriodSeconds = grace;
    }
    if (draft.kind === 'Namespace') draft['status'] = { ...(isObject(draft['status']) ? draft['status'] : {}), phase: 'Terminating' };
  }

  #checkNewMetadata(resource: Resource, draft: Stored, options: WriteOptions): void {
    if (draft.metadata.resourceVersion !== undefined && draft.metadata.resourceVersion !== '') {
      if (!options.seed) throw internalError('resourceVersion should not be set on objects to be created');
      delete draft.metadata.resourceVersion;
    }
    if (!resource.namespaced) delete draft.metadata.namespace;
    else if (namespaceOf(draft) === '') draft.metadata.namespace = 'default';
  }

  #name(resource: Resource, draft: Stored): void {
    const { metadata } = draft;
    const prefix = metadata.generateName ?? '';
    // The name is typed as always there; from outside it may be missing.
    if ((metadata.name as string | undefined) === undefined || metadata.name === '') {
      metadata.name = '';
      if (prefix === '') return;
      const label = `name/${resource.kind}/${namespaceOf(draft)}/${prefix}`;
      for (let attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
        metadata.name = generatedName(prefix, this.#names.next(label));
        if (!this.#parts.store.get(resource.kind, namespaceOf(draft), metadata.name)) return;
      }
    }
  }

  #checkNamespace(resource: Resource, draft: Stored, options: WriteOptions): void {
    if (!resource.namespaced || options.seed) return;
    const name = namespaceOf(draft);
    const namespace = this.#parts.store.get('Namespace', '', name);
    if (namespace === undefined) throw notFound({ kind: 'Namespace', group: '', plural: 'namespaces' }, name);
    if (namespace.metadata.deletionTimestamp !== undefined) {
      throw forbidden(resource, draft.metadata.name, `unable to create new content in namespace ${name} because it is being terminated`, [
        { reason: 'NamespaceTerminating', message: `namespace ${name} is being terminated`, field: 'metadata.namespace' },
      ]);
    }
  }

  #startLife(rules: Omit<KindRules, 'kind'>, draft: Stored): void {
    const { metadata } = draft;
    delete metadata.deletionTimestamp;
    delete metadata.deletionGracePeriodSeconds;
    delete metadata.generation;
    metadata.uid = this.#uid(draft);
    metadata.creationTimestamp = timestamp(this.#parts.clock.now());
    if (rules.hasGeneration) metadata.generation = 1;
    if (rules.hasStatus && !rules.keepsStatusOnCreate) delete draft['status'];
  }

  #keepLife(rules: Omit<KindRules, 'kind'>, draft: Stored): void {
    const { metadata } = draft;
    metadata.uid ??= this.#uid(draft);
    metadata.creationTimestamp ??= timestamp(this.#parts.clock.now());
    if (rules.hasGeneration) metadata.generation ??= 1;
  }

  #uid(draft: Stored): string {
    return randomUid(this.#names.next(`uid/${draft.kind}/${namespaceOf(draft)}/${draft.metadata.name}`));
  }

  #prepareUpdate(kind: string, draft: Stored, previous: Stored, options: WriteOptions): Stored {
    const rules = options.rules ?? this.rules(kind);
    draft.apiVersion = previous.apiVersion ?? '';
    draft.kind = previous.kind ?? kind;
    keepSystemFields(draft, previous);
    if (options.subresource === 'status') {
      const next = withStatusOnly(rules.statusAlone ? withMetadataOf(previous, draft) : draft, previous);
      rules.onStatusUpdate?.(next, previous);
      return next;
    }
    if (options.part?.changesAmounts) defaultLimits(kind, draft, this.context);
    if (options.part !== undefined) return withPartOnly(options.part, draft, previous, timestamp(this.#parts.clock.now()));
    if (rules.hasStatus) setMember(draft, 'status', previous['status']);
    rules.defaults?.(draft);
    rules.onUpdate?.(draft, previous, this.context);
    if (rules.hasGeneration && isChanged(draft, previous, rules.countsAllChanges === true)) {
      draft.metadata.generation = (previous.metadata.generation ?? 0) + 1;
    }
    return draft;
  }

  #validate(resource: LabResource, draft: Stored, { rules, previous, part }: Validation): void {
    const problems = new Problems();
    validateMetadata(resource, draft, problems, previous);
    if (part !== undefined && previous !== undefined) part.validate(draft, problems, previous);
    else rules.validate?.(draft, problems, previous);
    if (problems.list.length > 0) throw invalid({ kind: kindOf(resource), group: resource.group }, draft.metadata.name, problems.list);
  }
}

/** Is it a new generation? */
function isChanged(draft: Stored, previous: Stored, anyMember: boolean): boolean {
  if (!anyMember) return !sameJson(draft['spec'], previous['spec']);
  return !sameJson({ ...draft, metadata: {} }, { ...previous, metadata: {} });
}

/** The draft with the metadata that was; who manages which field may change. */
function withMetadataOf({ metadata }: Stored, draft: Stored): Stored {
  const kept = copyJson(metadata);
  const { managedFields } = draft.metadata;
  if (managedFields === undefined) delete kept.managedFields;
  else kept.managedFields = managedFields;
  return { ...draft, metadata: kept };
}

function setMember(object: Stored, key: string, value: unknown): void {
  if (value === undefined) delete object[key];
  else object[key] = value;
}

/** What no client may change. */
function keepSystemFields(draft: Stored, previous: Stored): void {
  const { metadata } = draft;
  const kept = previous.metadata;
  metadata.uid = kept.uid ?? '';
  metadata.resourceVersion = kept.resourceVersion ?? '';
  if (kept.creationTimestamp !== undefined) metadata.creationTimestamp = kept.creationTimestamp;
  for (const key of ['deletionTimestamp', 'deletionGracePeriodSeconds', 'generation', 'generateName', 'namespace'] as const) {
    delete metadata[key];
    if (kept[key] !== undefined) Object.assign(metadata, { [key]: kept[key] });
  }
}

/** A copy of all that a status write reads of what it is given. */
const statusPartOf = (input: Stored): Stored => ({ metadata: copyJson(input.metadata), status: copyJson(input['status']) });

/** A status write changes the status and the annotations; labels, spec and the rest stay, and are shared with the object before. */
function withStatusOnly(draft: Stored, previous: Stored): Stored {
  const next: Stored = { ...previous, metadata: draft.metadata };
  // A deployment's labels, unlike its annotations, can not be changed this way.
  if (previous.kind === 'Deployment' && previous.metadata.labels) next.metadata.labels = { ...previous.metadata.labels };
  setMember(next, 'status', draft['status']);
  return next;
}

/** The object as it was but for the part; a changed spec is a new generation. */
function withPartOnly(part: PartialUpdate, draft: Stored, previous: Stored, now: string): Stored {
  const next = copyJson(previous);
  part.take(next, draft, { now });
  if (next['spec'] !== undefined && !sameJson(next['spec'], previous['spec']))
    next.metadata.generation = (previous.metadata.generation ?? 0) + 1;
  return next;
}

function checkVersion(resource: Resource, input: Stored, previous: Stored): void {
  const { name, uid, resourceVersion } = input.metadata;
  if (uid !== undefined && uid !== '' && uid !== previous.metadata.uid) {
    const key = `/registry/${resource.plural}/${resource.namespaced ? `${namespaceOf(previous)}/` : ''}${name}`;
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${previous.metadata.uid}`;
    throw conflict(resource, name, `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`);
  }
  if (resourceVersion === undefined || resourceVersion === '') return;
  if (!/^\d+$/.test(resourceVersion)) throw badRequest(`resourceVersion: Invalid value: "${resourceVersion}": must be a number`);
  if (resourceVersion !== previous.metadata.resourceVersion) throw conflict(resource, name, MODIFIED);
}

function checkPreconditions(resource: Resource, found: Stored, { preconditions }: DeleteOptions): void {
  const { name, uid, resourceVersion } = found.metadata;
  const named = { ...resource, group: '', plural: resource.kind };
  if (preconditions?.uid !== undefined && preconditions.uid !== uid) {
    const why = `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid})`;
    throw conflict(named, name, `${why}. The object might have been deleted and then recreated`);
  }
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== resourceVersion) {
    const why = `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion})`;
    throw conflict(named, name, `${why}. The object might have been modified`);
  }
}

/** Seconds that a pod gets to end. Source: pkg/registry/core/pod strategy CheckGracefulDelete. */
function podGraceSeconds(pod: Stored, asked: number | undefined): number {
  const spec = isObject(pod['spec']) ? pod['spec'] : {};
  const phase = isObject(pod['status']) ? pod['status']['phase'] : undefined;
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (deletionTimestamp !== undefined && asked === undefined) return deletionGracePeriodSeconds ?? 0;
  if (spec['nodeName'] === undefined || spec['nodeName'] === '' || phase === 'Succeeded' || phase === 'Failed') return 0;
  const grace = asked ?? (typeof spec['terminationGracePeriodSeconds'] === 'number' ? spec['terminationGracePeriodSeconds'] : 30);
  const wanted = grace < 0 ? 1 : grace;
  return deletionTimestamp === undefined ? wanted : Math.min(wanted, deletionGracePeriodSeconds ?? wanted);
}

function addDeletionFinalizer(draft: Stored, policy: DeleteOptions['propagationPolicy']): void {
  const finalizer = policy === 'Foreground' ? 'foregroundDeletion' : policy === 'Orphan' ? 'orphan' : undefined;
  if (policy === undefined) return;
  const others = (draft.metadata.finalizers ?? []).filter((name) => name !== 'foregroundDeletion' && name !== 'orphan');
  const next = finalizer === undefined ? others : [...others, finalizer];
  if (next.length > 0) draft.metadata.finalizers = next;
  else delete draft.metadata.finalizers;
}

const namespaceFinalizers = (object: Stored): readonly unknown[] => {
  const finalizers = object.kind === 'Namespace' && isObject(object['spec']) ? object['spec']['finalizers'] : undefined;
  return Array.isArray(finalizers) ? finalizers : [];
};

/** The last finalizer has gone from an object that is being deleted, and no grace is left. */
function isReleased(draft: Stored): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = draft.metadata;
  return (
    deletionTimestamp !== undefined &&
    deletionGracePeriodSeconds === 0 &&
    finalizers.length === 0 &&
    namespaceFinalizers(draft).length === 0
  );
}
