/** Debugging containers of a running pod. Source: pkg/registry/core/pod/strategy.go and pkg/apis/core/validation, ValidatePodEphemeralContainersUpdate, 1.36. */
import type { Container, Pod } from '../../../kubernetes/index.ts';
import { sameJson } from '../json.ts';
import { containersOf, defaultPodSpec } from '../kinds/_pod-template.ts';
import type { Problems } from '../problems.ts';
import type { Stored } from '../store.ts';
import type { Draft } from '../types.ts';
import { labelProblems } from '../validation/_names.ts';
import type { PartialUpdate } from './partial-update.ts';

type PodDraft = Stored & Draft<Pod>;
type Ephemeral = Draft<Container> & { targetContainerName?: string };

/** What such a container may have; whatever serves others or reserves something, it may not. */
const ALLOWED = [
  'name',
  'image',
  'command',
  'args',
  'workingDir',
  'envFrom',
  'env',
  'volumeMounts',
  'volumeDevices',
  'terminationMessagePath',
  'terminationMessagePolicy',
  'imagePullPolicy',
  'securityContext',
  'stdin',
  'stdinOnce',
  'tty',
  'targetContainerName',
  'resources',
];
const MIRROR = 'kubernetes.io/config.mirror';
const NOT_HERE = 'cannot be set for an Ephemeral Container';

const listOf = (pod: Stored): Ephemeral[] => (pod as PodDraft).spec?.ephemeralContainers ?? []; // the kind says so

export const ephemeralContainers: PartialUpdate = {
  take(draft, wanted) {
    const pod = draft as PodDraft; // the kind says so
    const containers = listOf(wanted);
    defaultPodSpec({ containers });
    const { ephemeralContainers: _before, ...spec } = pod.spec ?? { containers: [] };
    pod.spec = containers.length === 0 ? spec : { ...spec, ephemeralContainers: containers };
  },
  validate(draft, problems, previous) {
    if (previous.metadata.annotations?.[MIRROR] !== undefined)
      return problems.forbidden('', 'static pods do not support ephemeral containers');
    const names = new Set(containersOf((draft as PodDraft).spec ?? { containers: [] }).map(({ container }) => container.name));
    const others = new Set(names);
    for (const [index, container] of listOf(draft).entries()) {
      const path = `spec.ephemeralContainers[${index}]`;
      validateOne(container, path, problems);
      if (names.has(container.name)) problems.duplicate(`${path}.name`, container.name);
      names.add(container.name);
      const target = container.targetContainerName ?? '';
      if (target !== '' && !others.has(target)) problems.notFound(`${path}.targetContainerName`, target);
    }
    const now = new Map(listOf(draft).map((container) => [container.name, container]));
    for (const before of listOf(previous)) {
      const after = now.get(before.name);
      const told = `existing ephemeral containers ${JSON.stringify(before.name)} may not be`;
      if (after === undefined) problems.forbidden('spec.ephemeralContainers', `${told} removed\n`);
      else if (!sameJson(after, before)) problems.forbidden('spec.ephemeralContainers', `${told} changed\n`);
    }
    return undefined;
  },
};

function validateOne(container: Ephemeral, path: string, problems: Problems): void {
  // Typed as always there; from outside it may be missing.
  const name = (container.name as string | undefined) ?? '';
  if (name === '') problems.required(`${path}.name`);
  else for (const text of labelProblems(name)) problems.invalid(`${path}.name`, name, text);
  if ((container.image ?? '') === '') problems.required(`${path}.image`);
  for (const [key, value] of Object.entries(container)) {
    const isSet = key === 'resources' ? Object.keys(container.resources ?? {}).length > 0 : !ALLOWED.includes(key);
    if (isSet && value !== undefined) problems.forbidden(`${path}.${key}`, NOT_HERE);
  }
  for (const [index, { subPath = '', subPathExpr = '' }] of (container.volumeMounts ?? []).entries()) {
    if (subPath !== '') problems.forbidden(`${path}.volumeMounts[${index}].subPath`, NOT_HERE);
    if (subPathExpr !== '') problems.forbidden(`${path}.volumeMounts[${index}].subPathExpr`, NOT_HERE);
  }
}
