/** An image comes to a node, or does not. Source: pkg/kubelet/images/image_manager.go (Kubernetes 1.36). */
import type { Container, Pod } from '../../kubernetes/index.ts';
import { imageFailure } from './image-failure.ts';
import type { NodeRoom } from './pod-worker.ts';

const PULL_MS = 'lab.evenkeel.dev/image-pull-ms';
const FIRST_BACKOFF_MS = 10_000;
const LONGEST_BACKOFF_MS = 300_000;
/** The kubelet looks at the pod again once it has posted that the pull failed. */
const NEXT_LOOK_MS = 1_000;

export interface PullOptions {
  readonly room: NodeRoom;
  readonly pod: () => Pod;
  readonly container: Container;
  readonly after: (delayMs: number, run: () => void) => void;
  /** The container waits for this reason. */
  readonly onWaiting: (reason: string, message: string) => void;
}

/** Calls `then` once the node has the image; an image that can not be had is tried again and again. */
export function pullImage(options: PullOptions, then: () => void): void {
  const { room, pod, container } = options;
  const image = container.image ?? '';
  const failure = imageFailure(image);
  if (failure?.reason === 'InvalidImageName') {
    room.event(pod(), 'Warning', 'InspectFailed', failure.message);
    room.event(pod(), 'Warning', 'Failed', 'Error: InvalidImageName');
    return options.onWaiting(failure.reason, failure.message);
  }
  if (room.images.has(image) && container.imagePullPolicy !== 'Always') {
    room.event(pod(), 'Normal', 'Pulled', `Container image "${image}" already present on machine`);
    return then();
  }
  if (container.imagePullPolicy === 'Never') {
    const message = `Container image "${image}" is not present with pull policy of Never`;
    room.event(pod(), 'Warning', 'ErrImageNeverPull', message);
    room.event(pod(), 'Warning', 'Failed', 'Error: ErrImageNeverPull');
    return options.onWaiting('ErrImageNeverPull', message);
  }
  attempt(options, { why: failure?.message, backoffMs: FIRST_BACKOFF_MS }, then);
}

interface Attempt {
  /** Why it fails; undefined: it comes. */
  readonly why: string | undefined;
  readonly backoffMs: number;
}

function attempt(options: PullOptions, { why, backoffMs }: Attempt, then: () => void): void {
  const { room, pod, container, after, onWaiting } = options;
  const image = container.image ?? '';
  const annotated = pod().metadata.annotations?.[PULL_MS];
  const isHere = room.images.has(image);
  const pullMs = isHere || why !== undefined ? 0 : annotated === undefined ? room.timing.imagePullMs : Number(annotated);
  room.event(pod(), 'Normal', 'Pulling', `Pulling image "${image}"`);
  after(pullMs, () => {
    if (why === undefined) {
      room.images.add(image);
      const took = `${Math.round(pullMs)}ms`;
      room.event(pod(), 'Normal', 'Pulled', `Successfully pulled image "${image}" in ${took} (${took} including waiting).`);
      return then();
    }
    room.event(pod(), 'Warning', 'Failed', `Failed to pull image "${image}": ${why}`);
    room.event(pod(), 'Warning', 'Failed', 'Error: ErrImagePull');
    onWaiting('ErrImagePull', why);
    after(NEXT_LOOK_MS, () => {
      room.event(pod(), 'Normal', 'BackOff', `Back-off pulling image "${image}"`);
      room.event(pod(), 'Warning', 'Failed', 'Error: ImagePullBackOff');
      onWaiting('ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${why}`);
    });
    after(backoffMs, () => attempt(options, { why, backoffMs: Math.min(LONGEST_BACKOFF_MS, backoffMs * 2) }, then));
  });
}
