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
  const { room, container } = options;
  const tell = teller(options);
  const image = container.image ?? '';
  const failure = imageFailure(image);
  if (failure?.reason === 'InvalidImageName') {
    tell('Warning', 'InspectFailed', failure.message);
    tell('Warning', 'Failed', 'Error: InvalidImageName');
    return options.onWaiting(failure.reason, failure.message);
  }
  if (room.images.has(image) && container.imagePullPolicy !== 'Always') {
    tell('Normal', 'Pulled', `Container image "${image}" already present on machine and can be accessed by the pod`);
    return then();
  }
  if (container.imagePullPolicy === 'Never') {
    const message = `Container image "${image}" is not present with pull policy of Never`;
    tell('Warning', 'ErrImageNeverPull', message);
    tell('Warning', 'Failed', 'Error: ErrImageNeverPull');
    return options.onWaiting('ErrImageNeverPull', message);
  }
  attempt(options, { why: failure?.message, backoffMs: FIRST_BACKOFF_MS }, then);
}

type Tell = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

const teller =
  ({ room, pod, container }: PullOptions): Tell =>
  (type, reason, message) =>
    room.event(pod(), type, reason, message, container.name);

/** As Go prints a duration of whole milliseconds: `800ms`, `4s`, `1m2.5s`. */
export function goDuration(ms: number): string {
  if (ms < 1000) return ms === 0 ? '0s' : `${ms}ms`;
  const minutes = Math.floor(ms / 60_000);
  return `${minutes > 0 ? `${minutes}m` : ''}${(ms % 60_000) / 1000}s`;
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
  const tell = teller(options);
  const isHere = room.images.has(image);
  const pullMs = isHere || why !== undefined ? 0 : annotated === undefined ? room.timing.imagePullMs : Number(annotated);
  tell('Normal', 'Pulling', `Pulling image "${image}"`);
  after(pullMs, () => {
    if (why === undefined) {
      room.images.add(image);
      const took = goDuration(Math.round(pullMs));
      tell('Normal', 'Pulled', `Successfully pulled image "${image}" in ${took} (${took} including waiting).`);
      return then();
    }
    tell('Warning', 'Failed', `Failed to pull image "${image}": ${why}`);
    tell('Warning', 'Failed', 'Error: ErrImagePull');
    onWaiting('ErrImagePull', why);
    after(NEXT_LOOK_MS, () => {
      tell('Normal', 'BackOff', `Back-off pulling image "${image}"`);
      tell('Warning', 'Failed', 'Error: ImagePullBackOff');
      onWaiting('ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${why}`);
    });
    after(backoffMs, () => attempt(options, { why, backoffMs: Math.min(LONGEST_BACKOFF_MS, backoffMs * 2) }, then));
  });
}
