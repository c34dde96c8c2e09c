/** The columns of `kubectl get` per kind: a kind with columns of its own adds them to the file of its group. */
import type { KubeObject } from '../../../kubernetes/index.ts';
import { AGE, columns, NAME, type Column } from './_column.ts';
import { CERTIFICATE_COLUMNS } from './certificate-columns.ts';
import { CORE_COLUMNS } from './core-columns.ts';
import { METRICS_COLUMNS } from './metrics-columns.ts';
import { NETWORK_COLUMNS } from './network-columns.ts';
import { STORAGE_COLUMNS } from './storage-columns.ts';
import { WORKLOAD_COLUMNS } from './workload-columns.ts';

export type { Column } from './_column.ts';

const BY_KIND: Readonly<Record<string, readonly Column[]>> = {
  ...CERTIFICATE_COLUMNS,
  // Their age is told as the time at which it began.
  CustomResourceDefinition: columns<KubeObject>(NAME, ['Created At', ({ metadata }) => metadata.creationTimestamp ?? '', { type: 'date' }]),
  ...CORE_COLUMNS,
  ...METRICS_COLUMNS,
  ...NETWORK_COLUMNS,
  ...STORAGE_COLUMNS,
  ...WORKLOAD_COLUMNS,
};
const PLAIN = columns<KubeObject>(NAME, AGE);

/** The columns of a kind; name and age where it has none of its own. */
export const columnsOf = (kind: string): readonly Column[] => BY_KIND[kind] ?? PLAIN;
