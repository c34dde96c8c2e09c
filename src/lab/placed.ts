import { EvenkeelError } from '../base/index.ts';
import type { Cancel } from '../base/index.ts';
import type { Deployment, Pod } from '../kubernetes/index.ts';
import type { LabApi } from './kube-api/index.ts';

// Wall milliseconds: how busy the machine is does not depend on how fast the lab runs.
const LIMIT_MS = 120_000;
const LOOK_EVERY_MS = 20;

/**
 * Waits until every deployment has its pods and the scheduler has looked at each pod: it has a node, or a reason why it has none.
 *
 * Limit: two minutes of the wall's time. Errors: `ENVIRONMENT`.
 */
export async function placed(api: LabApi): Promise<void> {
  const untilMs = api.clock.now() + LIMIT_MS * api.clock.speed;
  const undecided = new Set<string>();
  const cancel: Cancel = api.watch<Pod>('Pod', ({ type, object }) => {
    const key = `${object.metadata.namespace}/${object.metadata.name}`;
    if (type === 'DELETED' || isDecided(object)) undecided.delete(key);
    else undecided.add(key);
  });
  try {
    do {
      await api.clock.sleep(LOOK_EVERY_MS * api.clock.speed);
      if (api.clock.now() > untilMs) {
        throw new EvenkeelError('ENVIRONMENT', `the lab did not get ready: ${undecided.size} pods have not been scheduled`, {
          blame: 'environment',
        });
      }
    } while (undecided.size > 0 || !api.list<Deployment>('Deployment').every(hasItsPods));
  } finally {
    cancel();
  }
}

const isDecided = ({ spec, status }: Pod): boolean =>
  (spec?.nodeName ?? '') !== '' ||
  (spec?.schedulingGates?.length ?? 0) > 0 ||
  status?.conditions?.some(({ type, status: value }) => type === 'PodScheduled' && value === 'False') === true;

/** A deployment whose pods may not be made (a quota, a refusal) says so in a condition. */
const hasItsPods = ({ metadata, spec, status }: Deployment): boolean =>
  spec?.paused === true ||
  ((status?.observedGeneration ?? 0) >= (metadata.generation ?? 0) && (status?.replicas ?? 0) >= (spec?.replicas ?? 1)) ||
  status?.conditions?.some(({ type, status: value }) => type === 'ReplicaFailure' && value === 'True') === true;
