import { toMilliCpu, toWhole, type Node, type Taint } from '../kubernetes/index.ts';

/** A node as the scheduler sees it; what changes with every pod stands in the table's columns. */
export interface NodeRecord {
  readonly name: string;
  readonly object: Node;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly unschedulable: boolean;
  readonly milliCpu: number;
  readonly memory: number;
  readonly ephemeralStorage: number;
  readonly pods: number;
  readonly scalars: ReadonlyMap<string, number>;
  /** Image name to bytes. */
  readonly images: ReadonlyMap<string, number>;
}

const NO_LABELS: Readonly<Record<string, string>> = {};
const COLUMNS = new Set(['cpu', 'memory', 'ephemeral-storage', 'pods']);

export function nodeRecordOf(object: Node): NodeRecord {
  const amounts = object.status?.allocatable ?? object.status?.capacity ?? {};
  const whole = (name: string): number => toWhole(amounts[name] ?? '0');
  const images = new Map<string, number>();
  for (const image of object.status?.images ?? []) for (const name of image.names ?? []) images.set(name, image.sizeBytes ?? 0);
  return {
    name: object.metadata.name,
    object,
    labels: object.metadata.labels ?? NO_LABELS,
    taints: object.spec?.taints ?? [],
    unschedulable: object.spec?.unschedulable ?? false,
    milliCpu: toMilliCpu(amounts['cpu'] ?? '0'),
    memory: whole('memory'),
    ephemeralStorage: whole('ephemeral-storage'),
    pods: whole('pods'),
    scalars: new Map(Object.entries(amounts).flatMap(([name, text]) => (COLUMNS.has(name) ? [] : [[name, toWhole(text)]]))),
    images,
  };
}
