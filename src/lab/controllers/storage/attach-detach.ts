/** Attaches disks to the nodes of the pods that claim them, and detaches them. Source: pkg/controller/volume/attachdetach (1.36). */
import type { Cancel } from '../../../base/index.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod, VolumeAttachment } from '../../../kubernetes/index.ts';
import { readyOf } from '../nodes/node-health.ts';
import { OUT_OF_SERVICE } from '../nodes/taints.ts';
import type { Controller, ControllerContext } from '../runtime/controller.ts';
import { isFinished, isTerminating, keyOf, splitKey } from '../runtime/pods.ts';
import { guarded } from '../runtime/guarded.ts';
import { createWorkQueue, type WorkQueue } from '../runtime/work-queue.ts';
import { attachmentName, claimNames, isAttachable, volumesOf } from './claimed-volumes.ts';

const NAME = 'attachdetach-controller';
const KIND = 'VolumeAttachment';
const RECONCILE = 'reconcile';

export const attachDetach: Controller = {
  name: NAME,
  summary: 'Attaches the disks of pods to their nodes; a silent node keeps its disks for six minutes, one out of service does not.',
  start: (context) => new AttachDetach(context).start(),
};

interface Wanted {
  readonly volume: PersistentVolume;
  readonly node: string;
  readonly pods: Pod[];
}

class AttachDetach {
  readonly #context: ControllerContext;
  readonly #queue: WorkQueue;
  /** Pods that claim volumes; the others are none of ours. */
  readonly #pods = new Set<string>();
  readonly #unwantedSince = new Map<string, number>();
  readonly #told = new Set<string>();
  readonly #detaching = new Set<string>();
  readonly #timers = new Set<Cancel>();

  constructor(context: ControllerContext) {
    this.#context = context;
    const { clock, log, timing } = context;
    this.#queue = createWorkQueue({ clock, log, name: NAME, delayMs: timing.reactionMs, run: () => this.#reconcile() });
  }

  start(): Cancel {
    const { api } = this.#context;
    const look = (): void => {
      if (this.#pods.size > 0 || this.#unwantedSince.size > 0) this.#queue.add(RECONCILE);
    };
    const cancels = [
      api.watch<Pod>('Pod', ({ type, object }) => {
        if (claimNames(object).length === 0) return;
        if (type === 'DELETED') this.#pods.delete(keyOf(object));
        else this.#pods.add(keyOf(object));
        this.#queue.add(RECONCILE);
      }),
      api.watch<PersistentVolumeClaim>('PersistentVolumeClaim', look),
      api.watch<Node>('Node', ({ object, previous }) => {
        if (previous === undefined || readyOf(object) !== readyOf(previous) || object.spec?.taints !== previous.spec?.taints) look();
      }),
      api.watch<VolumeAttachment>(KIND, ({ type, object }) => {
        const { name } = object.metadata;
        if (type === 'DELETED') {
          this.#unwantedSince.delete(name);
          this.#detaching.delete(name);
        } else if (isTerminating(object)) this.#finishDetaching(object);
        else if (type === 'ADDED') this.#resume(object);
        this.#queue.add(RECONCILE);
      }),
    ];
    return () => {
      for (const cancel of [...cancels, ...this.#timers]) cancel();
      this.#queue.stop();
    };
  }

  #after(delayMs: number, run: () => void): void {
    const safely = guarded(this.#context.log, NAME, run);
    const cancel = this.#context.clock.after(delayMs, () => {
      this.#timers.delete(cancel);
      safely();
    });
    this.#timers.add(cancel);
  }

  #reconcile(): void {
    const { api } = this.#context;
    const wanted = this.#wanted();
    const existing = api.list<VolumeAttachment>(KIND);
    for (const attachment of existing) {
      const { name } = attachment.metadata;
      if (wanted.has(name)) this.#unwantedSince.delete(name);
      else if (!isTerminating(attachment)) this.#detach(attachment);
    }
    for (const [name, want] of wanted) {
      if (existing.some(({ metadata }) => metadata.name === name)) continue;
      const elsewhere = existing.find(({ spec }) => spec.source.persistentVolumeName === want.volume.metadata.name);
      if (elsewhere && !isShared(want.volume)) this.#refuse(want, wanted.get(elsewhere.metadata.name)?.pods ?? []);
      else this.#attach(name, want);
    }
  }

  /** By the name of the attachment. A pod wants its disks until its containers have ended, as far as its status tells. */
  #wanted(): ReadonlyMap<string, Wanted> {
    const { api } = this.#context;
    const wanted = new Map<string, Wanted>();
    for (const key of this.#pods) {
      const { namespace, name } = splitKey(key);
      const pod = api.get<Pod>('Pod', namespace, name);
      const node = pod?.spec?.nodeName;
      if (!pod || !node || isFinished(pod) || (isTerminating(pod) && !isRunning(pod))) continue;
      for (const volume of volumesOf(api, pod).filter(isAttachable)) {
        const id = attachmentName(volume, node);
        const want = wanted.get(id) ?? { volume, node, pods: [] };
        want.pods.push(pod);
        wanted.set(id, want);
      }
    }
    return wanted;
  }

  #attach(name: string, { volume, node, pods }: Wanted): void {
    const { api } = this.#context;
    if (api.get<Node>('Node', undefined, node) === undefined) return;
    for (const pod of pods) this.#told.delete(`${pod.metadata.uid}/${volume.metadata.name}`);
    const attacher = volume.spec?.csi?.driver ?? '';
    api.create<VolumeAttachment>(KIND, {
      apiVersion: 'storage.k8s.io/v1',
      kind: KIND,
      metadata: { name, finalizers: [finalizerOf(attacher)] },
      spec: { attacher, nodeName: node, source: { persistentVolumeName: volume.metadata.name } },
    });
  }

  /** What the driver does with an attachment that is there: also those of before the lab. */
  #resume({ metadata, status }: VolumeAttachment): void {
    if (status?.attached === true) return;
    const { api, timing } = this.#context;
    this.#after(timing.attachMs, () => {
      const change = (draft: { status?: { attached: boolean } }): void => void (draft.status = { attached: true });
      const attached = api.modify<VolumeAttachment>(KIND, undefined, metadata.name, change, { subresource: 'status' });
      const volume = attached?.spec.source.persistentVolumeName ?? '';
      for (const pod of this.#wanted().get(metadata.name)?.pods ?? []) {
        const text = `AttachVolume.Attach succeeded for volume "${volume}" `;
        this.#context.recorder(NAME).event(pod, 'Normal', 'SuccessfulAttachVolume', text);
      }
    });
  }

  /** Told once a pod and volume. */
  #refuse({ volume, pods }: Wanted, users: readonly Pod[]): void {
    const { name } = volume.metadata;
    for (const pod of pods) {
      const key = `${pod.metadata.uid}/${name}`;
      if (this.#told.has(key)) continue;
      this.#told.add(key);
      const near = users.filter(({ metadata }) => metadata.namespace === pod.metadata.namespace).map(({ metadata }) => metadata.name);
      const why =
        near.length > 0
          ? `Volume is already used by pod(s) ${near.join(', ')}`
          : `Volume is already exclusively attached to one node and can't be attached to another`;
      this.#context.recorder(NAME).event(pod, 'Warning', 'FailedAttachVolume', `Multi-Attach error for volume "${name}" ${why}`);
    }
  }

  /** A living node has unmounted by the time its pod is gone. A silent one can not tell: its disks are cut off after six minutes. */
  #detach({ metadata: { name }, spec }: VolumeAttachment): void {
    const { api, clock, timing } = this.#context;
    const sinceMs = this.#unwantedSince.get(name) ?? clock.now();
    this.#unwantedSince.set(name, sinceMs);
    const node = api.get<Node>('Node', undefined, spec.nodeName);
    const isHealthy = node !== undefined && readyOf(node) === 'True';
    const isOutOfService = node?.spec?.taints?.some(({ key }) => key === OUT_OF_SERVICE) === true;
    const leftMs = sinceMs + timing.forceDetachMs - clock.now();
    if (!isHealthy && !isOutOfService && leftMs > 0) return this.#queue.addAfter(RECONCILE, leftMs);
    api.delete(KIND, undefined, name);
  }

  /** What the driver does with an attachment that is to go, whoever deleted it: by hand is how people free the disks of a dead node. */
  #finishDetaching({ metadata: { name }, spec }: VolumeAttachment): void {
    if (this.#detaching.has(name)) return;
    this.#detaching.add(name);
    const { api, timing } = this.#context;
    this.#after(timing.detachMs, () => {
      api.modify<VolumeAttachment>(KIND, undefined, name, (draft) => {
        const rest = (draft.metadata.finalizers ?? []).filter((finalizer) => finalizer !== finalizerOf(spec.attacher));
        if (rest.length > 0) draft.metadata.finalizers = rest;
        else delete draft.metadata.finalizers;
      });
    });
  }
}

const finalizerOf = (attacher: string): string => `external-attacher/${attacher.replaceAll('.', '-')}`;

const isShared = ({ spec }: PersistentVolume): boolean =>
  (spec?.accessModes ?? []).some((mode) => mode === 'ReadWriteMany' || mode === 'ReadOnlyMany');

const isRunning = ({ status }: Pod): boolean =>
  (status?.containerStatuses ?? []).some(({ state }) => state?.terminated === undefined && state?.waiting === undefined);
