import { EvenkeelError } from '../base/index.ts';
import type { KubeObject } from '../kubernetes/index.ts';
import { CLUSTER_WIDE, SNAPSHOT_KINDS } from './snapshot-kinds.ts';
import type { SnapshotKind } from './snapshot-kinds.ts';
import { snapshotOf } from './snapshot-from-objects.ts';
import type { SnapshotFacts } from './snapshot-from-objects.ts';
import type { ClusterSnapshot } from './types.ts';

/** What a snapshot needs of an API: all objects of a kind. `cli/` puts the Kubernetes client behind it. */
export interface ObjectReader {
  /** An absent namespace means all of them. Errors: `DENIED` and `NOT_FOUND` become gaps of the snapshot, others go through. */
  list(kind: SnapshotKind, namespace?: string): Promise<readonly KubeObject[]>;
}

/**
 * Reads everything that the model needs, all kinds at a time. What may not be read is told in `gaps`.
 *
 * `facts.namespace` narrows what stands in a namespace, for users who may see no more.
 * Errors: those of the reader other than `DENIED` and `NOT_FOUND`.
 */
export async function takeSnapshot(reader: ObjectReader, facts: SnapshotFacts & { readonly namespace?: string }): Promise<ClusterSnapshot> {
  const gaps: { kind: string; reason: string }[] = [];
  // The table's keys are exactly the kinds.
  const kinds = Object.keys(SNAPSHOT_KINDS) as SnapshotKind[];
  const lists = await Promise.all(
    kinds.map(async (kind): Promise<readonly KubeObject[]> => {
      try {
        const objects = await reader.list(kind, CLUSTER_WIDE.has(kind) ? undefined : facts.namespace);
        return objects.map((object) => ({ ...object, kind }));
      } catch (thrown) {
        if (!(thrown instanceof EvenkeelError) || (thrown.code !== 'DENIED' && thrown.code !== 'NOT_FOUND')) throw thrown;
        gaps.push({ kind, reason: thrown.message });
        return [];
      }
    }),
  );
  return snapshotOf(lists.flat(), facts, gaps);
}
