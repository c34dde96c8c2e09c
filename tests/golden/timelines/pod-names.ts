/** Gives pods and ReplicaSets the names that the recordings use: OWNER-rREVISION-N, OWNER-N, NAME#2. */
import type { Pod, ReplicaSet } from '../../../src/kubernetes/index.ts';
import type { Recording } from './recording.ts';

export class PodNames {
  readonly #byUid = new Map<string, string>();
  readonly #byOwnName = new Map<string, string>();
  readonly #nextOf = new Map<string, number>();
  readonly #setsOf = new Map<string, string[]>();
  readonly #taken = new Set<string>();
  readonly #recording: Recording;

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  ofSet(set: Pick<ReplicaSet, 'metadata'>): string {
    const owner = set.metadata.ownerReferences?.find(({ controller }) => controller)?.name;
    if (owner === undefined) return set.metadata.name;
    const sets = this.#setsOf.get(owner) ?? [];
    this.#setsOf.set(owner, sets);
    if (!sets.includes(set.metadata.name)) sets.push(set.metadata.name);
    return `${owner}-r${sets.indexOf(set.metadata.name) + 1}`;
  }

  ofSetName(name: string): string {
    for (const [owner, sets] of this.#setsOf) if (sets.includes(name)) return `${owner}-r${sets.indexOf(name) + 1}`;
    return name;
  }

  /** The prefix of a pod's name by its owner; undefined for pods that keep theirs. */
  #prefix(pod: Pod): string | undefined {
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller);
    if (owner?.kind === 'ReplicaSet') return this.ofSetName(owner.name);
    return owner?.kind === 'DaemonSet' || owner?.kind === 'Job' ? owner.name : undefined;
  }

  of(pod: Pod): string {
    const uid = pod.metadata.uid ?? '';
    const known = this.#byUid.get(uid);
    if (known !== undefined) return known;
    const prefix = this.#prefix(pod);
    let name = pod.metadata.name;
    if (prefix === undefined) {
      for (let count = 2; this.#taken.has(name); count++) name = `${pod.metadata.name}#${count}`;
    } else {
      let next = this.#nextOf.get(prefix) ?? 0;
      while (this.#taken.has(`${prefix}-${next}`)) next += 1;
      name = `${prefix}-${next}`;
    }
    this.#give(pod, name);
    return name;
  }

  /** A pod of the time before the fault: takes the name of a recorded one of its owner, on the node it must be on if it says so. */
  initial(pod: Pod): { readonly name: string; readonly node: string | undefined } {
    const prefix = this.#prefix(pod);
    const wanted = pinnedNode(pod);
    const names = Object.keys(this.#recording.initial.pods).filter((name) =>
      prefix === undefined ? name === pod.metadata.name : new RegExp(`^${prefix}-\\d+$`).test(name),
    );
    const free = names
      .filter((name) => !this.#taken.has(name))
      .filter((name) => wanted === undefined || this.#recording.initial.pods[name]?.node === wanted)
      .sort((a, b) => numberOf(a) - numberOf(b));
    const name = free[0] ?? this.of(pod);
    this.#give(pod, name);
    return { name, node: this.#recording.initial.pods[name]?.node };
  }

  /** What the recording calls the pod, if it has a name already. */
  known(uid: string): string | undefined {
    return this.#byUid.get(uid);
  }

  /** As `known`, for the last pod that bore this name in the lab. */
  called(name: string): string | undefined {
    return this.#byOwnName.get(name);
  }

  #give({ metadata: { uid = '', name: own } }: Pod, name: string): void {
    this.#byUid.set(uid, name);
    this.#byOwnName.set(own, name);
    this.#taken.add(name);
  }
}

const numberOf = (name: string): number => Number(/\d+$/.exec(name)?.[0] ?? 0);

function pinnedNode(pod: Pod): string | undefined {
  const terms = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms.flatMap(({ matchFields }) => matchFields ?? []).find(({ key }) => key === 'metadata.name')?.values?.[0];
}
