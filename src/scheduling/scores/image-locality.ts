import type { ClusterTable } from '../cluster-table.ts';
import type { PodRecord } from '../pod-record.ts';
import { MAX_SCORE, type ScorePlugin } from './_shared.ts';

const MEBIBYTE = 1024 * 1024;
const LEAST_BYTES = 23 * MEBIBYTE;
const MOST_BYTES_PER_IMAGE = 1000 * MEBIBYTE;

/** Prefers nodes that hold the pod's images already; big images that many nodes hold count most. */
export const imageLocality: ScorePlugin = {
  name: 'ImageLocality',
  summary: "prefers nodes that hold the pod's images",
  weight: 1,
  prepare: (table, pod) => {
    const images = imagesOf(pod);
    const most = MOST_BYTES_PER_IMAGE * images.length;
    const known = images.filter((name) => table.images.get(name) !== undefined);
    if (known.length === 0) return { rate: () => {} };
    return {
      rate: (scores, nodes) => {
        for (let position = 0; position < nodes.length; position++) {
          let bytes = 0;
          for (const name of known) bytes += weightedBytes(table, nodes[position] ?? 0, name);
          const within = Math.min(Math.max(bytes, LEAST_BYTES), most);
          scores[position] = Math.floor((MAX_SCORE * (within - LEAST_BYTES)) / (most - LEAST_BYTES));
        }
      },
    };
  },
};

function weightedBytes(table: ClusterTable, index: number, name: string): number {
  const image = table.node(index).images.has(name) ? table.images.get(name) : undefined;
  return image === undefined ? 0 : Math.floor(image.bytes * (image.nodes / table.nodeCount));
}

function imagesOf({ spec }: PodRecord): string[] {
  const names = [...(spec.initContainers ?? []), ...spec.containers].map(({ image }) => image ?? '');
  const volumes = (spec.volumes ?? []) as { readonly image?: { readonly reference?: string } }[]; // newer than the typings
  return [...names, ...volumes.flatMap(({ image }) => image?.reference ?? [])].map(withTag);
}

/** Nodes report images with a tag; a pod may leave `:latest` out. */
const withTag = (name: string): string => (name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name);
