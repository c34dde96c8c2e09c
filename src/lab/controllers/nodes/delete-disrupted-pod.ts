/** How the control plane takes pods away: it says why in a condition, then deletes. */
import type { Pod } from '../../../kubernetes/index.ts';
import { ApiError, type DeleteOptions } from '../../kube-api/index.ts';
import type { ControllerContext } from '../runtime/controller.ts';
import { setPodCondition } from '../runtime/pods.ts';

/** DisruptionTarget exists since 1.26 (on by default). */
const DISRUPTION_TARGET_SINCE = 26;

export interface Disruption {
  readonly reason: string;
  readonly message: string;
  /** Also ends the pod's phase, for nobody is left who would. */
  readonly failed?: boolean;
}

/** Errors other than "gone already" are passed on. */
export function deleteDisruptedPod(
  { api, clock, minor }: Pick<ControllerContext, 'api' | 'clock' | 'minor'>,
  pod: Pod,
  disruption: Disruption | undefined,
  options?: DeleteOptions,
): void {
  const { namespace, name } = pod.metadata;
  if (disruption && (minor >= DISRUPTION_TARGET_SINCE || disruption.failed)) {
    api.modify<Pod>(
      'Pod',
      namespace,
      name,
      (draft) => {
        if (minor >= DISRUPTION_TARGET_SINCE && disruption.reason !== '') {
          setPodCondition(
            draft,
            { type: 'DisruptionTarget', status: 'True', reason: disruption.reason, message: disruption.message },
            clock.now(),
          );
        }
        if (disruption.failed && draft.status && draft.status.phase !== 'Succeeded') draft.status.phase = 'Failed';
      },
      { subresource: 'status' },
    );
  }
  try {
    api.delete('Pod', namespace, name, options);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 404) throw error;
  }
}
