/** Containers start once the volumes of their pod are there. Source: pkg/kubelet/volumemanager, WaitForAttachAndMount. */
import type { Cancel } from '../../base/index.ts';
import type { PersistentVolumeClaim, Pod, VolumeAttachment } from '../../kubernetes/index.ts';
import { volumesAttached } from '../controllers/index.ts';
import type { NodeRoom } from './pod-worker.ts';

const TOLD_AFTER_MS = 123_000;

/** Runs `then` at once when there is nothing to wait for. What is returned ends the wait. */
export function afterVolumes(room: NodeRoom, pod: Pod, then: () => void): Cancel {
  const { api, clock, node } = room;
  const claimed = (pod.spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) =>
    persistentVolumeClaim || ephemeral ? [name] : [],
  );
  const isThere = (): boolean => volumesAttached(api, pod, node);
  if (claimed.length === 0 || isThere()) {
    then();
    return () => {};
  }
  const cancels: Cancel[] = [];
  const stop = (): void => cancels.splice(0).forEach((cancel) => cancel());
  const look = (): void => {
    if (cancels.length === 0 || !isThere()) return;
    stop();
    then();
  };
  const tell = (): void => {
    const text = `Unable to attach or mount volumes: unmounted volumes=[${claimed.join(' ')}], unattached volumes=[], failed to process volumes=[]: context deadline exceeded`;
    room.event(pod, 'Warning', 'FailedMount', text);
    cancels.push(clock.after(TOLD_AFTER_MS, tell));
  };
  cancels.push(
    clock.after(TOLD_AFTER_MS, tell),
    api.watch<VolumeAttachment>('VolumeAttachment', look),
    api.watch<PersistentVolumeClaim>('PersistentVolumeClaim', look),
  );
  return stop;
}
