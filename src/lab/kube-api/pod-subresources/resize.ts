/** Requests and limits of a pod that runs. Source: pkg/registry/core/pod/strategy.go (podResizeStrategy) and pkg/apis/core/validation, ValidatePodResize, 1.36. */
import { compareQuantities, type Container, type Pod } from '../../../kubernetes/index.ts';
import { containersOf, defaultPodSpec } from '../kinds/_pod-template.ts';
import { qosClassOf } from '../kinds/pod.ts';
import type { Problems } from '../problems.ts';
import type { Stored } from '../store.ts';
import type { Draft } from '../types.ts';
import type { PartialUpdate } from './partial-update.ts';

type PodDraft = Stored & Draft<Pod>;
type Amounts = Readonly<Record<string, string>>;

const MUTABLE = ['cpu', 'memory'];
const MIRROR = 'kubernetes.io/config.mirror';

const listed = (pod: Stored): readonly { readonly path: string; readonly container: Draft<Container> }[] =>
  containersOf((pod as PodDraft).spec ?? { containers: [] }); // the kind says so

export const resize: PartialUpdate = {
  changesAmounts: true,
  take(draft, wanted) {
    defaultPodSpec((wanted as PodDraft).spec ?? { containers: [] }); // the kind says so
    const given = new Map(listed(wanted).map(({ path, container }) => [`${path.split('[')[0]} ${container.name}`, container]));
    for (const { path, container } of listed(draft)) {
      const { resources } = given.get(`${path.split('[')[0]} ${container.name}`) ?? {};
      if (resources === undefined) continue;
      // A limit alone is a request too, as when the pod was made.
      container.resources = resources.limits ? { ...resources, requests: { ...resources.limits, ...resources.requests } } : resources;
    }
  },
  validate(draft, problems, previous) {
    if (previous.metadata.annotations?.[MIRROR] !== undefined) return problems.forbidden('', 'static pods cannot be resized');
    const qosClass = (previous as PodDraft).status?.qosClass ?? '';
    if (qosClassOf(draft as PodDraft) !== qosClass)
      problems.invalid('spec', qosClass, 'Pod QOS Class may not change as a result of resizing');
    const before = new Map(listed(previous).map(({ path, container }) => [path, container]));
    for (const { path, container } of listed(draft)) {
      for (const part of ['requests', 'limits'] as const) {
        compareParts(before.get(path)?.resources?.[part] ?? {}, container.resources?.[part] ?? {}, {
          path: `spec.${path}`,
          part,
          problems,
        });
      }
      const { requests = {}, limits = {} } = container.resources ?? {};
      for (const [name, limit] of Object.entries(limits)) {
        const request = requests[name];
        if (request !== undefined && compareQuantities(request, limit) > 0) {
          problems.invalid(`spec.${path}.resources.requests`, request, `must be less than or equal to ${name} limit of ${limit}`);
        }
      }
    }
    return undefined;
  },
};

function compareParts(
  before: Amounts,
  after: Amounts,
  { path, part, problems }: { readonly path: string; readonly part: 'limits' | 'requests'; readonly problems: Problems },
): void {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const isSame =
      before[name] === after[name] ||
      (before[name] !== undefined && after[name] !== undefined && compareQuantities(before[name], after[name]) === 0);
    if (isSame) continue;
    if (!MUTABLE.includes(name)) problems.forbidden('spec', 'only cpu and memory resources are mutable');
    else if (after[name] === undefined) problems.forbidden(`${path}.resources.${part}`, `resource ${part} cannot be removed`);
  }
}
