import { EvenkeelError } from '../base/index.ts';
import type { KubeObject } from '../kubernetes/index.ts';
import { CLUSTER_WIDE, isSnapshotKind, SNAPSHOT_KINDS } from './snapshot-kinds.ts';
import type { SnapshotList } from './snapshot-kinds.ts';
import type { ClusterSnapshot } from './types.ts';

/** What objects do not tell of themselves. */
export interface SnapshotFacts {
  /** For people: a context name, a file, `lab`. */
  readonly source: string;
  /** ISO 8601. */
  readonly capturedAt: string;
  /** `v1.36.2`. */
  readonly serverVersion?: string;
}

export interface ManifestOptions extends SnapshotFacts {
  /** For manifests without a namespace of their own. Default `default`. */
  readonly namespace?: string;
}

/**
 * Makes a snapshot of parsed documents: a dump (`kubectl get … -o json`, a List), or a folder of manifests together with nodes.
 * Lists are unfolded; kinds that a model does not need are left out; empty documents are skipped.
 *
 * Errors: `INVALID_INPUT` for a document that is no object of Kubernetes, and when there is not one node: without nodes nothing
 * can be said about their failure.
 */
export function snapshotFromObjects(documents: readonly unknown[], options: ManifestOptions): ClusterSnapshot {
  const objects = documents.flatMap((document) => unfold(document, options.source));
  const placed = objects.map((object) => withNamespace(object, options.namespace ?? 'default'));
  const snapshot = snapshotOf(placed, options, []);
  if (snapshot.nodes.length > 0) return snapshot;
  throw new EvenkeelError('INVALID_INPUT', `${options.source} holds ${placed.length} objects, but no nodes`, {
    blame: 'input',
    hint: 'Add the nodes (`kubectl get nodes -o json`), or load the manifests into the lab with `evenkeel lab up -f`.',
  });
}

/** Sorts objects into the lists of a snapshot. Every object must say its kind. */
export function snapshotOf(objects: readonly KubeObject[], facts: SnapshotFacts, gaps: ClusterSnapshot['gaps']): ClusterSnapshot {
  const lists: Partial<Record<SnapshotList, KubeObject[]>> = {};
  for (const list of Object.values(SNAPSHOT_KINDS)) lists[list] = [];
  for (const object of objects) {
    if (isSnapshotKind(object.kind)) lists[SNAPSHOT_KINDS[object.kind]]?.push(object);
  }
  const { serverVersion } = facts;
  return {
    source: facts.source,
    capturedAt: facts.capturedAt,
    ...(serverVersion === undefined ? {} : { serverVersion }),
    gaps,
    // Every list was made above, and holds objects of its own kind only.
    ...(lists as unknown as Pick<ClusterSnapshot, SnapshotList>),
  };
}

function unfold(document: unknown, source: string): KubeObject[] {
  if (document === null || document === undefined) return [];
  const { kind, items, metadata } = Object(document) as { kind?: unknown; items?: unknown; metadata?: { name?: unknown } }; // any value has fields that may be undefined
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)) {
    // The items of a PodList need not repeat their kind.
    const itemKind = kind === 'List' ? {} : { kind: kind.slice(0, -'List'.length) };
    return items.flatMap((item: object) => unfold({ ...itemKind, ...item }, source));
  }
  if (typeof kind === 'string' && typeof metadata?.name === 'string') return [document as KubeObject]; // just checked
  throw new EvenkeelError('INVALID_INPUT', `${source}: a document has no ${typeof kind === 'string' ? `name (${kind})` : 'kind'}`, {
    blame: 'input',
    hint: 'Every document needs apiVersion, kind and metadata.name.',
  });
}

function withNamespace(object: KubeObject, namespace: string): KubeObject {
  if (object.metadata.namespace !== undefined || CLUSTER_WIDE.has(object.kind ?? '')) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}
