import { isObject, textOf } from '../json.ts';
import { badRequest } from '../statuses.ts';
import type { Stored } from '../store.ts';
import { asJson } from './served-resources.ts';

const namesOf = (list: unknown): string[] => (Array.isArray(list) ? list : []).filter(isObject).map((item) => textOf(item['name']));

/**
 * The container that is asked for, or a pod's only one. Source: pkg/registry/core/pod/strategy.go, LogLocation and streamLocation (1.36).
 *
 * Errors: `ApiError` 400 when the pod has several and none is named, or none of that name.
 */
export function chosenContainer(pod: Stored, asked: string): string {
  const { name } = pod.metadata;
  const { containers, initContainers, ephemeralContainers } = asJson(pod['spec']);
  const [names, initNames] = [namesOf(containers), namesOf(initContainers)];
  if (asked !== '') {
    if (![...names, ...initNames, ...namesOf(ephemeralContainers)].includes(asked))
      throw badRequest(`container ${asked} is not valid for pod ${name}`);
    return asked;
  }
  const [only] = names;
  if (names.length === 1 && only !== undefined) return only;
  const others = initNames.length === 0 ? '' : ` or one of the init containers: [${initNames.join(' ')}]`;
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]${others}`);
}
