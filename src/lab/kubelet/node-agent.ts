/** One node: its heartbeats, its power, its pods. */
import { every, type Cancel } from '../../base/index.ts';
import type { Lease, Node, Pod } from '../../kubernetes/index.ts';
import { ApiError, type LabApi } from '../kube-api/index.ts';
import { FakePodWorker } from './fake-pod-worker.ts';
import { setCondition, timestamp } from './pod-status.ts';
import type { NodeRoom, PodWorker, ProgramRoom } from './pod-worker.ts';
import { ProgramPodWorker } from './program-pod-worker.ts';

const LEASE_NAMESPACE = 'kube-node-lease';
const LEASE_SECONDS = 40;
/** Lease renewals between two node statuses: five minutes with the default renewal of ten seconds. */
const RENEWALS_PER_STATUS = 30;

const HEALTHY: readonly { readonly type: string; readonly reason: string; readonly message: string }[] = [
  { type: 'MemoryPressure', reason: 'KubeletHasSufficientMemory', message: 'kubelet has sufficient memory available' },
  { type: 'DiskPressure', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure' },
  { type: 'PIDPressure', reason: 'KubeletHasSufficientPID', message: 'kubelet has sufficient PID available' },
];

const isProgramRoom = (room: NodeRoom | ProgramRoom): room is ProgramRoom => 'programFor' in room;

export class NodeAgent {
  readonly #room: NodeRoom | ProgramRoom;
  readonly #workers = new Map<string, { readonly uid: string; readonly worker: PodWorker }>();
  #isOn = true;
  #renewals = 0;
  #heartbeat: Cancel = () => {};
  #boot: Cancel = () => {};

  constructor(room: NodeRoom | ProgramRoom) {
    this.#room = room;
    this.#startHeartbeat(this.#phaseMs());
    this.#postStatus();
  }

  /** Whether its kubelet answers. */
  get isOn(): boolean {
    return this.#isOn;
  }

  get room(): NodeRoom | ProgramRoom {
    return this.#room;
  }

  #phaseMs(): number {
    const { timing, random, node } = this.#room;
    return timing.leasePhaseMs?.(node) ?? random.fork(`lease/${node}`).next() * timing.leaseRenewMs;
  }

  #startHeartbeat(firstMs: number): void {
    const { clock, timing } = this.#room;
    const cancelFirst = clock.after(firstMs, () => {
      this.#renew();
      this.#heartbeat = every(clock, timing.leaseRenewMs, () => this.#renew());
    });
    this.#heartbeat = cancelFirst;
  }

  #renew(): void {
    const { api, clock, node } = this.#room;
    const renewTime = microTime(clock.now());
    const renewed = api.modify<Lease>('Lease', LEASE_NAMESPACE, node, (draft) => {
      draft.spec = { ...draft.spec, renewTime };
    });
    if (renewed === undefined) createLease(api, node, renewTime);
    this.#renewals += 1;
    const found = api.get<Node>('Node', undefined, node);
    const isUnknown = found?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'Unknown') === true;
    if (isUnknown || this.#renewals % RENEWALS_PER_STATUS === 0) this.#postStatus();
  }

  /** Conditions, with a heartbeat; a Ready that someone else set to False by hand stays until the next boot. */
  #postStatus(isBoot = false): void {
    const { api, clock, node } = this.#room;
    const nowMs = clock.now();
    api.modify<Node>(
      'Node',
      undefined,
      node,
      (draft) => {
        const conditions = ((draft.status ??= {}).conditions ??= []);
        for (const { type, reason, message } of HEALTHY) setCondition(conditions, { type, status: false, reason, message }, nowMs);
        const ready = conditions.find(({ type }) => type === 'Ready');
        if (isBoot || ready?.status !== 'False') {
          const message = 'kubelet is posting ready status';
          setCondition(conditions, { type: 'Ready', status: true, reason: 'KubeletReady', message }, nowMs);
        }
        for (const condition of conditions) condition.lastHeartbeatTime = timestamp(nowMs);
      },
      { subresource: 'status' },
    );
  }

  podChanged(pod: Pod): void {
    const { uid = '' } = pod.metadata;
    const key = keyOf(pod);
    const known = this.#workers.get(key);
    if (known?.uid === uid) return known.worker.update(pod);
    known?.worker.dispose();
    const worker = isProgramRoom(this.#room) ? new ProgramPodWorker(this.#room, pod) : new FakePodWorker(this.#room, pod);
    this.#workers.set(key, { uid, worker });
    if (!this.#isOn) worker.freeze();
  }

  podGone(pod: Pod): void {
    const key = keyOf(pod);
    const known = this.#workers.get(key);
    if (known?.uid !== pod.metadata.uid) return;
    known?.worker.dispose();
    this.#workers.delete(key);
  }

  powerOff(): void {
    if (!this.#isOn) return this.#boot();
    this.#isOn = false;
    this.#heartbeat();
    for (const { worker } of this.#workers.values()) worker.freeze();
    if (isProgramRoom(this.#room)) this.#room.network.setNodeReachable(this.#room.node, false);
  }

  powerOn(): void {
    if (this.#isOn) return;
    this.#boot();
    this.#boot = this.#room.clock.after(this.#room.timing.bootMs, () => {
      this.#isOn = true;
      this.#renew();
      this.#startHeartbeat(this.#room.timing.leaseRenewMs);
      this.#postStatus(true);
      if (isProgramRoom(this.#room)) this.#room.network.setNodeReachable(this.#room.node, true);
      const node = this.#room.api.get<Node>('Node', undefined, this.#room.node);
      if (node) this.#room.nodeEvent(node, 'Warning', 'Rebooted', `Node ${this.#room.node} has been rebooted, boot id: ${this.#renewals}`);
      for (const { worker } of this.#workers.values()) worker.resume();
    });
  }

  stop(): void {
    this.#heartbeat();
    this.#boot();
    for (const { worker } of this.#workers.values()) worker.dispose();
    this.#workers.clear();
  }
}

const keyOf = (pod: Pod): string => `${pod.metadata.namespace}/${pod.metadata.name}`;

/** Leases carry microseconds. */
const microTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 23)}000Z`;

function createLease(api: LabApi, node: string, renewTime: string): void {
  const owner = api.get<Node>('Node', undefined, node);
  if (owner === undefined) return;
  try {
    api.create<Lease>('Lease', {
      metadata: {
        name: node,
        namespace: LEASE_NAMESPACE,
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: node, uid: owner.metadata.uid ?? '' }],
      },
      spec: { holderIdentity: node, leaseDurationSeconds: LEASE_SECONDS, renewTime },
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}
