/** How controllers make and take away many pods of one owner, and tell of it. Source: pkg/controller/controller_utils.go (RealPodControl, slowStartBatch; 1.36). */
import type { KubeObject, Pod } from '../../../kubernetes/index.ts';
import { ApiError } from '../../kube-api/index.ts';
import type { ControllerContext } from '../runtime/controller.ts';
import { keyOf } from '../runtime/pods.ts';

type Tools = Pick<ControllerContext, 'api' | 'random' | 'recorder'>;

interface Owner {
  /** Who tells. */
  readonly component: string;
  readonly object: KubeObject;
}

export interface Creation {
  readonly made: readonly Pod[];
  /** The first pod that was refused; those of a namespace that goes away are not worth a word. */
  readonly refusal: ApiError | undefined;
}

/** One pod, then two, then four …: those of a batch are tried side by side, and nothing more after a batch in which one was refused. */
export function createPods(tools: Tools, owner: Owner, pods: readonly Pod[]): Creation {
  const made: Pod[] = [];
  for (let from = 0, size = 1; from < pods.length; from += size, size *= 2) {
    const results = pods.slice(from, from + size).map((pod) => createPod(tools, owner, pod));
    const created = results.flatMap((result) => (result instanceof ApiError ? [] : [result]));
    tell(tools, owner, created, { reason: 'SuccessfulCreate', done: 'Created' });
    made.push(...created);
    const refusals = results.filter((result) => result instanceof ApiError);
    if (refusals.length > 0) return { made, refusal: refusals.find((refusal) => !isNamespaceGoing(refusal)) };
  }
  return { made, refusal: undefined };
}

function createPod({ api, recorder }: Tools, { component, object }: Owner, pod: Pod): Pod | ApiError {
  try {
    return api.create<Pod>('Pod', pod);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (!isNamespaceGoing(error)) recorder(component).event(object, 'Warning', 'FailedCreate', `Error creating: ${error.message}`);
    return error;
  }
}

const isNamespaceGoing = ({ status }: ApiError): boolean =>
  status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true;

/** Those that are gone already are left out. */
export function deletePods(tools: Tools, owner: Owner, pods: readonly Pod[]): void {
  const gone = pods.filter((pod) => {
    try {
      tools.api.delete('Pod', pod.metadata.namespace, pod.metadata.name);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return false;
      throw error;
    }
  });
  tell(tools, owner, gone, { reason: 'SuccessfulDelete', done: 'Deleted' });
}

/** The pods of a batch are worked on side by side, so which of them is told of first is chance. */
function tell(
  { random, recorder }: Tools,
  { component, object }: Owner,
  pods: readonly Pod[],
  { reason, done }: { readonly reason: string; readonly done: string },
): void {
  const chance = new Map(pods.map((pod) => [pod, random.fork(`told/${done}/${keyOf(pod)}`).next()]));
  for (const pod of [...pods].sort((a, b) => (chance.get(a) ?? 0) - (chance.get(b) ?? 0))) {
    recorder(component).event(object, 'Normal', reason, `${done} pod: ${pod.metadata.name}`);
  }
}
