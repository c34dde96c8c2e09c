/** The cluster in dense form: nodes have numbers, amounts stand in columns, like pods are counted together. */
import type { Namespace, Node, Pod, Service } from '../kubernetes/index.ts';
import { ChangedNodes } from './changed-nodes.ts';
import { DomainColumns, type DomainColumn } from './domain-columns.ts';
import { ForkableMap } from './forkable-map.ts';
import { KeptAnswers, type NodeStamps } from './kept-answers.ts';
import { nodeRecordOf, type NodeRecord } from './node-record.ts';
import { PodClasses } from './pod-classes.ts';
import { podRecordOf, type PodRecord } from './pod-record.ts';
import { Scratch } from './scratch.ts';
import type { SchedulingKind, SchedulingObject } from './types.ts';

/** What the pods of each node ask for together, and what there is. */
interface Columns {
  /** Another number whenever anything about a node or its pods is. Never given twice, in forks neither. */
  stamp: Float64Array;
  pods: Float64Array;
  milliCpu: Float64Array;
  memory: Float64Array;
  ephemeralStorage: Float64Array;
  scoringMilliCpu: Float64Array;
  scoringMemory: Float64Array;
  allocatableMilliCpu: Float64Array;
  allocatableMemory: Float64Array;
  allocatablePods: Float64Array;
}

export interface NamedNode {
  readonly name: string;
  readonly index: number;
}

/** What follows from which nodes or services there are, worked out when it is first asked for. Forks share it until one of them has others. */
interface Lists {
  byName?: readonly NamedNode[];
  living?: readonly number[];
  servicesOf?: ReadonlyMap<string, readonly Service[]>;
}

const NO_PODS: readonly PodRecord[] = [];
const NO_SERVICES: readonly Service[] = [];
const NO_SCALARS: ReadonlyMap<string, number> = new Map();

const emptyColumns = (length: number): Columns => ({
  stamp: new Float64Array(length),
  pods: new Float64Array(length),
  milliCpu: new Float64Array(length),
  memory: new Float64Array(length),
  ephemeralStorage: new Float64Array(length),
  scoringMilliCpu: new Float64Array(length),
  scoringMemory: new Float64Array(length),
  allocatableMilliCpu: new Float64Array(length),
  allocatableMemory: new Float64Array(length),
  allocatablePods: new Float64Array(length),
});

function copied(columns: Columns): Columns {
  const copy = { ...columns };
  for (const name of Object.keys(copy) as (keyof Columns)[]) copy[name] = columns[name].slice(); // the keys of the type, all of them
  return copy;
}

function resized(columns: Columns, length: number): Columns {
  const grown = emptyColumns(length);
  for (const name of Object.keys(grown) as (keyof Columns)[]) grown[name].set(columns[name]); // the keys of the type, all of them
  return grown;
}

/** A class because it is state with a life: the scheduler's cache. Numbers of removed nodes are used again. */
export class ClusterTable {
  nodes: (NodeRecord | undefined)[] = [];
  columns = emptyColumns(0);
  podsOn: (readonly PodRecord[])[] = [];
  scalarsOn: ReadonlyMap<string, number>[] = [];
  nodeCount = 0;
  classes = new PodClasses();
  /** Pods waiting for preemption on a node, by the node's name. */
  nominated = new Map<string, readonly PodRecord[]>();
  /** How many nodes hold an image, and its size as the first of them reported it. */
  images = new ForkableMap<{ readonly nodes: number; readonly bytes: number }>();
  objects = new Map<SchedulingKind, ForkableMap<SchedulingObject>>();
  /** Answers that follow from a node and its pods alone. */
  kept = new KeptAnswers();
  readonly scratch = new Scratch();
  readonly #changed = new ChangedNodes();

  #stamps = { last: 0 };
  #domains = new DomainColumns();
  #nodeLists: Pick<Lists, 'byName' | 'living'> = {};
  #serviceLists: Pick<Lists, 'servicesOf'> = {};
  #snapshot: readonly (NodeRecord | undefined)[] | undefined;
  #indexes = new ForkableMap<number>();
  #free: number[] = [];
  #pods = new ForkableMap<PodRecord>();
  /** Pods whose node is not known (yet), by the node's name. */
  #waiting = new Map<string, readonly PodRecord[]>();

  fork(): ClusterTable {
    const copy = new ClusterTable();
    copy.nodes = [...this.nodes];
    copy.columns = copied(this.columns);
    copy.podsOn = [...this.podsOn];
    copy.scalarsOn = [...this.scalarsOn];
    copy.nodeCount = this.nodeCount;
    copy.classes = this.classes.fork();
    copy.kept = this.kept;
    copy.#stamps = this.#stamps;
    copy.#domains = this.#domains.fork();
    copy.#nodeLists = this.#nodeLists;
    copy.#serviceLists = this.#serviceLists;
    copy.#snapshot = this.#snapshot;
    copy.nominated = new Map(this.nominated);
    copy.images = this.images.fork();
    copy.objects = new Map([...this.objects].map(([kind, map]) => [kind, map.fork()]));
    copy.#indexes = this.#indexes.fork();
    copy.#free = [...this.#free];
    copy.#pods = this.#pods.fork();
    copy.#waiting = new Map(this.#waiting);
    return copy;
  }

  /** The nodes' values of a topology key. */
  domains(key: string): DomainColumn {
    return this.#domains.get(key, this.nodes);
  }

  /** All nodes in the order of their names; another list when there are others. */
  get byName(): readonly NamedNode[] {
    return (this.#nodeLists.byName ??= this.nodes
      .flatMap((node, index) => (node ? [{ name: node.name, index }] : []))
      .sort((a, b) => (a.name < b.name ? -1 : 1)));
  }

  /** Numbers of all nodes, ascending; another list when there are others. */
  get living(): readonly number[] {
    return (this.#nodeLists.living ??= this.nodes.flatMap((node, index) => (node ? [index] : [])));
  }

  /** What tells how far answers about the nodes still hold. */
  get stamps(): NodeStamps {
    return { stamp: this.columns.stamp, changed: this.#changed, living: this.living };
  }

  /** The nodes as they are now, by their numbers: a list that stays as it is. */
  get snapshot(): readonly (NodeRecord | undefined)[] {
    return (this.#snapshot ??= [...this.nodes]);
  }

  indexOf(node: string): number | undefined {
    return this.#indexes.get(node);
  }

  node(index: number): NodeRecord {
    return this.nodes[index] as NodeRecord; // callers hold numbers of living nodes only
  }

  pod(key: string): PodRecord | undefined {
    return this.#pods.get(key);
  }

  find(kind: SchedulingKind, namespace: string, name: string): SchedulingObject | undefined {
    return this.objects.get(kind)?.get(`${namespace}/${name}`);
  }

  /** The services of a namespace. */
  servicesOf(namespace: string): readonly Service[] {
    return (this.#serviceLists.servicesOf ??= byNamespace(this.all('Service') as Iterable<Service>)).get(namespace) ?? NO_SERVICES; // kept by kind
  }

  all(kind: SchedulingKind): Iterable<SchedulingObject> {
    return this.objects.get(kind)?.values() ?? [];
  }

  /** A namespace's labels; undefined when there is no such namespace. */
  namespaceLabels = (name: string): Readonly<Record<string, string>> | undefined => {
    const found = this.objects.get('Namespace')?.get(`/${name}`) as Namespace | undefined; // kept by kind
    return found && { 'kubernetes.io/metadata.name': name, ...found.metadata.labels };
  };

  upsert(kind: SchedulingKind, object: SchedulingObject): void {
    if (kind === 'Node') this.upsertNode(object as Node); // the kind says which type it is, here and below
    else if (kind === 'Pod') this.upsertPod(object as Pod);
    else this.#changing(kind).set(keyOf(object.metadata.namespace, object.metadata.name), object);
  }

  remove(kind: SchedulingKind, namespace: string | undefined, name: string): void {
    if (kind === 'Node') this.removeNode(name);
    else if (kind === 'Pod') this.removePod(`${namespace ?? 'default'}/${name}`);
    else this.#changing(kind).delete(keyOf(namespace, name));
  }

  #changing(kind: SchedulingKind): ForkableMap<SchedulingObject> {
    if (kind === 'Service') this.#serviceLists = {};
    const known = this.objects.get(kind);
    if (known) return known;
    const fresh = new ForkableMap<SchedulingObject>();
    this.objects.set(kind, fresh);
    return fresh;
  }

  upsertNode(object: Node): void {
    const record = nodeRecordOf(object);
    const known = this.#indexes.get(record.name);
    if (known !== undefined) {
      this.#countImages(this.node(known), -1);
      this.#countImages(record, 1);
      return this.#setNode(record, known);
    }
    const index = this.#free.pop() ?? this.nodes.length;
    this.#indexes.set(record.name, index);
    this.podsOn[index] = NO_PODS;
    this.scalarsOn[index] = NO_SCALARS;
    this.nodeCount++;
    this.#nodeLists = {};
    if (index >= this.columns.milliCpu.length) this.columns = resized(this.columns, Math.max(16, index * 2));
    this.#setNode(record, index);
    this.#countImages(record, 1);
    for (const pod of this.#waiting.get(record.name) ?? []) this.attach(pod, index);
    this.#waiting.delete(record.name);
  }

  #setNode(record: NodeRecord, index: number): void {
    this.nodes[index] = record;
    this.#snapshot = undefined;
    this.#touch(index);
    this.columns.allocatableMilliCpu[index] = record.milliCpu;
    this.columns.allocatableMemory[index] = record.memory;
    this.columns.allocatablePods[index] = record.pods;
    this.#domains.changed(index, record);
  }

  removeNode(name: string): void {
    const index = this.#indexes.get(name);
    if (index === undefined) return;
    const pods = this.podsOn[index] ?? NO_PODS;
    for (const pod of pods) this.detach(pod, index);
    if (pods.length > 0) this.#waiting.set(name, pods);
    this.#countImages(this.node(index), -1);
    this.nodes[index] = undefined;
    this.#domains.changed(index, undefined);
    this.#nodeLists = {};
    this.#snapshot = undefined;
    this.#indexes.delete(name);
    this.#free.push(index);
    this.nodeCount--;
  }

  #countImages(record: NodeRecord, change: number): void {
    for (const [name, bytes] of record.images) {
      const known = this.images.get(name);
      const nodes = (known?.nodes ?? 0) + change;
      if (nodes === 0) this.images.delete(name);
      else this.images.set(name, { nodes, bytes: known?.bytes ?? bytes });
    }
  }

  upsertPod(pod: Pod): void {
    const known = this.#pods.get(`${pod.metadata.namespace ?? 'default'}/${pod.metadata.name}`);
    if (known?.source === pod) return;
    const record = podRecordOf(pod);
    this.removePod(record.key);
    const finished = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    if (finished || (record.node === undefined && record.nominated === undefined)) return;
    this.#pods.set(record.key, record);
    if (record.node === undefined) return addTo(this.nominated, record.nominated ?? '', record);
    const index = this.#indexes.get(record.node);
    if (index === undefined) addTo(this.#waiting, record.node, record);
    else this.attach(record, index);
  }

  removePod(key: string): void {
    const record = this.#pods.get(key);
    if (record === undefined) return;
    this.#pods.delete(key);
    if (record.node === undefined) return removeFrom(this.nominated, record.nominated ?? '', record);
    const index = this.#indexes.get(record.node);
    if (index === undefined) removeFrom(this.#waiting, record.node, record);
    else this.detach(record, index);
  }

  /** Lets a pod take its room on a node. */
  attach(record: PodRecord, index: number): void {
    this.podsOn[index] = [...(this.podsOn[index] ?? NO_PODS), record];
    this.#count(record, index, 1);
  }

  /** Takes a pod off a node. */
  detach(record: PodRecord, index: number): void {
    this.podsOn[index] = (this.podsOn[index] ?? NO_PODS).filter((other) => other !== record);
    this.#count(record, index, -1);
  }

  #touch(index: number): void {
    this.columns.stamp[index] = ++this.#stamps.last;
    this.#changed.note(index);
  }

  #count(record: PodRecord, index: number, sign: 1 | -1): void {
    const { demand } = record;
    const add = (column: Float64Array, amount: number): void => {
      column[index] = (column[index] ?? 0) + sign * amount;
    };
    this.#touch(index);
    add(this.columns.pods, 1);
    add(this.columns.milliCpu, demand.milliCpu);
    add(this.columns.memory, demand.memory);
    add(this.columns.ephemeralStorage, demand.ephemeralStorage);
    add(this.columns.scoringMilliCpu, demand.scoringMilliCpu);
    add(this.columns.scoringMemory, demand.scoringMemory);
    if (demand.scalars.size > 0) {
      const scalars = new Map(this.scalarsOn[index]);
      for (const [name, amount] of demand.scalars) scalars.set(name, (scalars.get(name) ?? 0) + sign * amount);
      this.scalarsOn[index] = scalars;
    }
    this.classes.count(record, index, sign);
  }
}

function byNamespace(services: Iterable<Service>): Map<string, Service[]> {
  const lists = new Map<string, Service[]>();
  for (const service of services) {
    const namespace = service.metadata.namespace ?? 'default';
    const list = lists.get(namespace);
    if (list === undefined) lists.set(namespace, [service]);
    else list.push(service);
  }
  return lists;
}

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

function addTo(map: Map<string, readonly PodRecord[]>, key: string, record: PodRecord): void {
  map.set(key, [...(map.get(key) ?? NO_PODS), record]);
}

function removeFrom(map: Map<string, readonly PodRecord[]>, key: string, record: PodRecord): void {
  const left = (map.get(key) ?? NO_PODS).filter((other) => other !== record);
  if (left.length === 0) map.delete(key);
  else map.set(key, left);
}
