/** The LimitRanger admission plugin: defaults for containers, and least and most of what they may ask. Source: plugin/pkg/admission/limitranger, 1.36. */
import {
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type LimitRange,
  type PersistentVolumeClaim,
  type Pod,
  type Resource,
} from '../../../kubernetes/index.ts';
import type { RuleContext } from '../kind-rules.ts';
import { forbidden } from '../statuses.ts';
import { namespaceOf, type Stored } from '../store.ts';
import type { Draft } from '../types.ts';
import { toQuantities, type Quantities } from './amounts.ts';
import { podAmounts } from './pod-amounts.ts';

type Range = Stored & Draft<LimitRange>;
type Item = NonNullable<Draft<LimitRange>['spec']>['limits'][number];
type ContainerDraft = NonNullable<Draft<Pod>['spec']>['containers'][number];

const ANNOTATION = 'kubernetes.io/limit-ranger';

const rangesIn = ({ store }: RuleContext, object: Stored): readonly Range[] =>
  store.list('LimitRange', namespaceOf(object)) as unknown as Range[]; // the kind says so

/** Gives a new pod's containers the namespace's defaults; what was given is told in an annotation. */
export function defaultLimits(kind: string, object: Stored, context: RuleContext): void {
  if (kind !== 'Pod') return;
  const pod = object as unknown as Draft<Pod>; // the kind says so
  for (const range of rangesIn(context, object)) {
    const items = (range.spec?.limits ?? []).filter(({ type }) => type === 'Container');
    const limits = Object.assign({}, ...items.map((item) => item.default ?? {})) as Quantities; // maps of quantities
    const requests = Object.assign({}, ...items.map((item) => item.defaultRequest ?? {})) as Quantities;
    const told = [
      ...(pod.spec?.containers ?? []).flatMap((container) => fillContainer(container, { limits, requests }, 'container')),
      ...(pod.spec?.initContainers ?? []).flatMap((container) => fillContainer(container, { limits, requests }, 'init container')),
    ];
    if (told.length === 0) continue;
    pod.metadata.annotations = { ...pod.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${told.join('; ')}` };
  }
}

function fillContainer(container: ContainerDraft, defaults: { limits: Quantities; requests: Quantities }, label: string): string[] {
  return (['requests', 'limits'] as const).flatMap((part) => {
    const own = container.resources?.[part] ?? {};
    const added = Object.keys(defaults[part]).filter((name) => own[name] === undefined);
    if (added.length === 0) return [];
    container.resources = { ...container.resources, [part]: { ...defaults[part], ...own } };
    return [`${added.sort().join(', ')} ${part === 'requests' ? 'request' : 'limit'} for ${label} ${container.name}`];
  });
}

interface Use {
  readonly requests: Quantities;
  readonly limits: Quantities;
}

interface Update {
  readonly previous: Stored;
  readonly isResize: boolean;
}

/** Refuses what is beyond a range; of a pod's updates only its resize is looked at. Errors: `ApiError` 403. */
export function checkLimits(resource: Resource, object: Stored, context: RuleContext, update?: Update): void {
  const { kind } = resource;
  // What is on its way out may stay as it is.
  if (update?.isResize && update.previous.metadata.deletionTimestamp !== undefined) return;
  if (kind !== 'PersistentVolumeClaim' && (kind !== 'Pod' || update?.isResize === false)) return;
  for (const range of rangesIn(context, object)) {
    const items = range.spec?.limits ?? [];
    // The kind says what the object is.
    const found = items.flatMap((item) =>
      kind === 'Pod' ? podProblems(item, object as unknown as Pod) : claimProblems(item, object as unknown as PersistentVolumeClaim),
    );
    const problems = [...new Set(found)];
    if (problems.length === 0) continue;
    throw forbidden(resource, object.metadata.name, problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`);
  }
}

function podProblems(item: Item, pod: Pod): string[] {
  if (item.type === 'Container') {
    const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
    return containers.flatMap(({ resources }) =>
      allProblems(item, { requests: resources?.requests ?? {}, limits: resources?.limits ?? {} }),
    );
  }
  if (item.type !== 'Pod') return [];
  return allProblems(item, { requests: toQuantities(podAmounts(pod, 'requests')), limits: toQuantities(podAmounts(pod, 'limits')) });
}

const byName = (quantities: Quantities | undefined): [string, string][] =>
  Object.entries(quantities ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));

function allProblems({ type, min, max, maxLimitRequestRatio }: Item, use: Use): string[] {
  return [
    ...byName(min).flatMap(([name, least]) => belowLeast(`minimum ${name} usage per ${type} is ${shown(least)}`, least, { use, name })),
    ...byName(max).flatMap(([name, most]) => aboveMost(`maximum ${name} usage per ${type} is ${shown(most)}`, most, { use, name })),
    ...byName(maxLimitRequestRatio).flatMap(([name, ratio]) =>
      beyondRatio(`${name} max limit to request ratio per ${type} is ${shown(ratio)}`, ratio, { use, name }),
    ),
  ];
}

const shown = (quantity: string): string => formatQuantity(parseQuantity(quantity));

interface Asked {
  readonly use: Use;
  readonly name: string;
}

function belowLeast(rule: string, least: string, { use, name }: Asked): string[] {
  const [request, limit] = [use.requests[name], use.limits[name]];
  if (request === undefined) return [`${rule}.  No request is specified`];
  if (compareQuantities(request, least) < 0) return [`${rule}, but request is ${shown(request)}`];
  return limit !== undefined && compareQuantities(limit, least) < 0 ? [`${rule}, but limit is ${shown(limit)}`] : [];
}

function aboveMost(rule: string, most: string, { use, name }: Asked): string[] {
  const [request, limit] = [use.requests[name], use.limits[name]];
  if (limit === undefined) return [`${rule}.  No limit is specified`];
  if (compareQuantities(limit, most) > 0) return [`${rule}, but limit is ${shown(limit)}`];
  return request !== undefined && compareQuantities(request, most) > 0 ? [`${rule}, but request is ${shown(request)}`] : [];
}

function beyondRatio(rule: string, ratio: string, { use, name }: Asked): string[] {
  const request = parseQuantity(use.requests[name] ?? '0').nano;
  const limit = parseQuantity(use.limits[name] ?? '0').nano;
  if (request === 0n) return [`${rule}, but no request is specified or request is 0`];
  if (limit === 0n) return [`${rule}, but no limit is specified or limit is 0`];
  const observed = Number(limit) / Number(request);
  return observed > Number(parseQuantity(ratio).nano) / 1e9 ? [`${rule}, but provided ratio is ${observed.toFixed(6)}`] : [];
}

function claimProblems({ type, min, max }: Item, { spec }: PersistentVolumeClaim): string[] {
  if (type !== 'PersistentVolumeClaim') return [];
  const requests = spec?.resources?.requests ?? {};
  const use = { requests, limits: {} };
  return [
    ...byName(min).flatMap(([name, least]) => belowLeast(`minimum ${name} usage per ${type} is ${shown(least)}`, least, { use, name })),
    ...byName(max).flatMap(([name, most]) => {
      const request = requests[name];
      const rule = `maximum ${name} usage per ${type} is ${shown(most)}`;
      if (request === undefined) return [`${rule}.  No request is specified`];
      return compareQuantities(request, most) > 0 ? [`${rule}, but request is ${shown(request)}`] : [];
    }),
  ];
}
