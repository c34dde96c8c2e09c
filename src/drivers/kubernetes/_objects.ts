/** What the simple functions share: create from a file, delete what matches, look whether something is there. */
import { z } from 'zod';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import type { KubernetesClient } from '../../clients/index.ts';
import type { KubeObject, Resource } from '../../kubernetes/index.ts';
import { resourcePath } from '../../kubernetes/index.ts';
import { failed, kind, kubernetesActivity, labelParameter, namespaceParameter, selectors } from './_activity.ts';
import type { KubernetesActivity, KubernetesContext } from './_activity.ts';
import { readManifest } from './_manifest-file.ts';

/** Name of the undo that deletes what a fault created. */
export const DELETE_UNDO = 'kubernetes/delete-object';
/** Name of the undo that gives a workload back its number of replicas. */
export const REPLICAS_UNDO = 'kubernetes/set-replicas';

interface Naming {
  readonly name: string;
  readonly alias: string | readonly string[];
  readonly kind: string;
}

const aliasesOf = ({ alias }: Naming): readonly string[] =>
  typeof alias === 'string' ? [`chaosk8s.${alias}`] : alias.map((one) => `chaosk8s.${one}`);
const allow = (resource: Resource, verbs: string): string[] => [`${resource.plural}: ${verbs}`];

/** Sends an object as it stands, into a namespace. */
export async function post(
  resource: Resource,
  namespace: string | undefined,
  body: unknown,
  { client, signal }: KubernetesContext,
): Promise<void> {
  await client.request('POST', resourcePath(resource, namespace), { body, signal });
}

export function createFromFile(naming: Naming): KubernetesActivity {
  const resource = kind(naming.kind);
  return kubernetesActivity({
    name: naming.name,
    kind: 'action',
    summary: `Create a ${naming.kind} from a JSON or YAML file.`,
    aliases: aliasesOf(naming),
    parameters: z.object({ spec_path: z.string().describe('path of the file'), ns: namespaceParameter }),
    permissions: allow(resource, 'create'),
    run: async ({ spec_path, ns }, context) => {
      await post(resource, ns, await readManifest(spec_path), context);
      return null;
    },
  });
}

export function deleteMatching(naming: Naming): KubernetesActivity {
  const resource = kind(naming.kind);
  return kubernetesActivity({
    name: naming.name,
    kind: 'action',
    summary: `Delete each ${naming.kind} of that name or label; without either, all of the namespace.`,
    aliases: aliasesOf(naming),
    parameters: z.object({ name: z.string().nullish(), ns: namespaceParameter, label_selector: labelParameter }),
    permissions: allow(resource, 'list, delete'),
    run: async ({ name, ns, label_selector }, context) => {
      await deleteAll(resource, ns, { name, label_selector }, context);
      return null;
    },
  });
}

/** Deletes what is found, and finds nothing without complaint. */
export async function deleteAll(
  resource: Resource,
  namespace: string,
  { name, label_selector }: { readonly name?: string | null | undefined; readonly label_selector?: string | null | undefined },
  { client, signal }: KubernetesContext,
): Promise<void> {
  const { items } = await client.list<KubeObject>(resource, {
    namespace,
    ...selectors(label_selector, name ? `metadata.name=${name}` : undefined),
    signal,
  });
  for (const { metadata } of items) await client.delete(resource, namespace, metadata.name, { signal });
}

export function deleteByName(naming: Naming): KubernetesActivity {
  const resource = kind(naming.kind);
  const parameters = resource.namespaced
    ? z.object({ name: z.string(), ns: namespaceParameter })
    : z.object({ name: z.string(), ns: z.undefined().optional() });
  return kubernetesActivity({
    name: naming.name,
    kind: 'action',
    summary: `Delete a ${naming.kind}.`,
    aliases: aliasesOf(naming),
    parameters,
    permissions: allow(resource, 'delete'),
    run: async ({ name, ns }, { client, signal }) => {
      await client.delete(resource, ns, name, { signal });
      return null;
    },
  });
}

export function existsProbe(naming: Naming): KubernetesActivity {
  const resource = kind(naming.kind);
  return kubernetesActivity({
    name: naming.name,
    kind: 'probe',
    summary: `Whether there is a ${naming.kind} of that name or label.`,
    aliases: aliasesOf(naming),
    parameters: z.object({ name: z.string().nullish(), ns: namespaceParameter, label_selector: labelParameter }),
    permissions: allow(resource, 'list'),
    run: async ({ name, ns, label_selector }, { client, signal }) => {
      const field = name ? `metadata.name=${name}` : undefined;
      const { items } = await client.list(resource, {
        namespace: resource.namespaced ? ns : undefined,
        ...selectors(label_selector, field),
        signal,
      });
      return items.length > 0;
    },
  });
}

export function patchSpec(naming: Naming): KubernetesActivity {
  const resource = kind(naming.kind);
  return kubernetesActivity({
    name: naming.name,
    kind: 'action',
    summary: `Patch a ${naming.kind} with a part of the object.`,
    aliases: aliasesOf(naming),
    parameters: z.object({
      name: z.string(),
      spec: z.record(z.string(), z.unknown()).describe('a part of the object, merged'),
      ns: namespaceParameter,
    }),
    permissions: allow(resource, 'patch'),
    run: async ({ name, spec, ns }, { client, signal }) => {
      await client.patch(resource, ns, name, spec, { type: 'strategic', signal });
      return null;
    },
  });
}

export function scale(naming: Naming): KubernetesActivity {
  const resource = kind(naming.kind);
  return kubernetesActivity({
    name: naming.name,
    kind: 'action',
    summary: `Set the number of replicas of a ${naming.kind}; the run's undo sets it back.`,
    aliases: aliasesOf(naming),
    parameters: z.object({ name: z.string(), replicas: z.number().int().nonnegative(), ns: namespaceParameter }),
    permissions: allow(resource, 'get, patch'),
    undo: REPLICAS_UNDO,
    run: async ({ name, replicas, ns }, context) => {
      const { client, signal, undo } = context;
      const before = await replicasOf(resource, ns, name, context);
      if (before !== undefined && before !== replicas) {
        await undo.plan({
          undo: REPLICAS_UNDO,
          state: { server: client.target.server, kind: naming.kind, namespace: ns, name, replicas: before },
          summary: `scale ${naming.kind} ${ns}/${name} back to ${before}`,
          targets: [`kubernetes:${client.target.server}/${resource.plural}/${ns}/${name}`],
        });
      }
      try {
        await client.patch(resource, ns, name, { spec: { replicas } }, { type: 'strategic', signal });
      } catch (thrown) {
        if (!(thrown instanceof EvenkeelError) || thrown.code === 'CANCELLED') throw thrown;
        throw failed(`failed to scale '${name}' to ${replicas} replicas: ${messageOf(thrown)}`);
      }
      return null;
    },
  });
}

/** Desired replicas; undefined when there is no such object (the change itself then says so). */
export async function replicasOf(
  resource: Resource,
  namespace: string,
  name: string,
  { client, signal }: { readonly client: KubernetesClient; readonly signal: AbortSignal },
): Promise<number | undefined> {
  try {
    const { spec } = await client.get<KubeObject & { spec?: { replicas?: number } }>(resource, namespace, name, signal);
    return spec?.replicas ?? 1;
  } catch (thrown) {
    if (thrown instanceof EvenkeelError && thrown.code === 'NOT_FOUND') return undefined;
    throw thrown;
  }
}

/** Writes down that what is about to be created must go again, unless it is there already and so is not ours. */
export async function planDeletion(path: string, summary: string, { client, signal, undo }: KubernetesContext): Promise<void> {
  try {
    await client.request('GET', path, { signal });
  } catch (thrown) {
    if (!(thrown instanceof EvenkeelError) || thrown.code !== 'NOT_FOUND') throw thrown;
    const { server } = client.target;
    await undo.plan({ undo: DELETE_UNDO, state: { server, path }, summary, targets: [`kubernetes:${server}${path}`] });
  }
}
