/** Objects of any kind, by group, version and plural. */
import { z } from 'zod';
import { EvenkeelError } from '../../base/index.ts';
import { failed, kubernetesActivity, namespaceParameter } from './_activity.ts';
import type { KubernetesActivity, KubernetesContext } from './_activity.ts';
import { askForCustomObject, collectionParameters, collectionPath } from './_custom-objects.ts';
import { parseManifest, readManifest } from './_manifest-file.ts';
import { DELETE_UNDO, planDeletion } from './_objects.ts';

type Scope = 'namespaced' | 'cluster';

const scoped = (scope: Scope) => ({
  ...collectionParameters,
  ...(scope === 'namespaced' ? { ns: namespaceParameter } : { ns: z.undefined().optional() }),
});
const resourceParameters = {
  resource: z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]).nullish(),
  resource_as_yaml_file: z.string().nullish(),
};
const alias = (part: string): readonly string[] => [`chaosk8s.crd.${part}`];
const word = (scope: Scope): string => (scope === 'cluster' ? 'cluster-custom-object' : 'custom-object');
const python = (scope: Scope): string => word(scope).replaceAll('-', '_');

type Given = Record<string, unknown> | unknown[];

async function givenResource(args: {
  readonly resource?: Given | null | undefined;
  readonly resource_as_yaml_file?: string | null | undefined;
}): Promise<Given> {
  if (args.resource) return args.resource;
  if (args.resource_as_yaml_file) return readManifest(args.resource_as_yaml_file);
  throw failed('You need to either specify resource or resource_as_yaml_file');
}

function nameIn(resource: unknown): string | undefined {
  const { metadata } = Object(resource) as { metadata?: { name?: unknown } }; // any value has fields that may be undefined
  return typeof metadata?.name === 'string' ? metadata.name : undefined;
}

async function create(collection: Parameters<typeof collectionPath>[0], resource: Given, context: KubernetesContext): Promise<unknown> {
  const name = nameIn(resource);
  if (name !== undefined) await planDeletion(collectionPath(collection, name), `delete ${collection.plural} ${name}`, context);
  return askForCustomObject('create', collectionPath(collection), context, { body: resource });
}

const creating = (scope: Scope): KubernetesActivity =>
  kubernetesActivity({
    name: `kubernetes/create-${word(scope)}`,
    kind: 'action',
    summary: 'Create an object of any kind; the undo deletes it. One that is there already is no failure.',
    aliases: alias(`actions.create_${python(scope)}`),
    parameters: z.object({ ...scoped(scope), ...resourceParameters }),
    permissions: ['the resource: get, create'],
    undo: DELETE_UNDO,
    run: async (args, context) => create(args, await givenResource(args), context),
  });

const deleting = (scope: Scope): KubernetesActivity =>
  kubernetesActivity({
    name: `kubernetes/delete-${word(scope)}`,
    kind: 'action',
    summary: 'Delete an object of any kind.',
    aliases: alias(`actions.delete_${python(scope)}`),
    parameters: z.object({ ...scoped(scope), name: z.string() }),
    permissions: ['the resource: delete'],
    run: (args, context) => askForCustomObject('delete', collectionPath(args, args.name), context),
  });

const patching = (scope: Scope): KubernetesActivity =>
  kubernetesActivity({
    name: `kubernetes/patch-${word(scope)}`,
    kind: 'action',
    summary: 'Patch an object of any kind: an object is merged, a list is taken as operations.',
    aliases: alias(`actions.patch_${python(scope)}`),
    parameters: z.object({ ...scoped(scope), name: z.string(), force: z.boolean().default(false), ...resourceParameters }),
    permissions: ['the resource: patch'],
    run: async (args, context) => {
      const body = await givenResource(args);
      const contentType = Array.isArray(body) ? 'application/json-patch+json' : 'application/merge-patch+json';
      return askForCustomObject('patch', collectionPath(args, args.name), context, { body, contentType });
    },
  });

const replacing = (scope: Scope): KubernetesActivity =>
  kubernetesActivity({
    name: `kubernetes/replace-${word(scope)}`,
    kind: 'action',
    summary: 'Replace an object of any kind.',
    aliases: alias(`actions.replace_${python(scope)}`),
    parameters: z.object({ ...scoped(scope), name: z.string(), force: z.boolean().default(false), ...resourceParameters }),
    permissions: ['the resource: update'],
    run: async (args, context) =>
      askForCustomObject('replace', collectionPath(args, args.name), context, { body: await givenResource(args) }),
  });

const getting = (scope: Scope): KubernetesActivity =>
  kubernetesActivity({
    name: `kubernetes/get-${word(scope)}`,
    kind: 'probe',
    summary: 'An object of any kind.',
    aliases: alias(`probes.get_${python(scope)}`),
    parameters: z.object({ ...scoped(scope), name: z.string() }),
    permissions: ['the resource: get'],
    run: (args, context) => askForCustomObject('get', collectionPath(args, args.name), context),
  });

const listing = (scope: Scope): KubernetesActivity =>
  kubernetesActivity({
    name: `kubernetes/list-${word(scope)}s`,
    kind: 'probe',
    summary: 'All objects of a kind.',
    aliases: alias(`probes.list_${python(scope)}s`),
    parameters: z.object(scoped(scope)),
    permissions: ['the resource: list'],
    run: (args, context) => askForCustomObject('list', collectionPath(args), context),
  });

const applying = (format: 'json' | 'yaml'): KubernetesActivity =>
  kubernetesActivity({
    name: `kubernetes/apply-from-${format}`,
    kind: 'action',
    summary: `Create the object that a ${format.toUpperCase()} text describes; the undo deletes it.`,
    aliases: alias(`actions.apply_from_${format}`),
    parameters: z.object({ resource: z.string() }),
    permissions: ['the resource: get, create'],
    undo: DELETE_UNDO,
    run: async ({ resource }, context) => {
      const body = parseManifest(resource, 'resource', format === 'json');
      const { apiVersion, kind, metadata } = body as { apiVersion?: unknown; kind?: unknown; metadata?: { namespace?: unknown } }; // fields that may be anything
      if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
        throw new EvenkeelError('INVALID_INPUT', 'the resource says no apiVersion or kind', { blame: 'input' });
      }
      const parts = apiVersion.split('/');
      const [group, version] = parts.length > 1 ? parts : ['', apiVersion];
      const collection = {
        group: group ?? '',
        version: version ?? '',
        plural: pluralOf(kind),
        ns: typeof metadata?.namespace === 'string' ? metadata.namespace : 'default',
      };
      return create(collection, body, context);
    },
  });

/** As resource names are usually made; the discovery of the server is not asked. */
function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (/[^aeiou]y$/.test(lower)) return `${lower.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(lower) ? `${lower}es` : `${lower}s`;
}

/** One line each. */
export const customObjectActivities: readonly KubernetesActivity[] = [
  creating('namespaced'),
  creating('cluster'),
  deleting('namespaced'),
  deleting('cluster'),
  patching('namespaced'),
  patching('cluster'),
  replacing('namespaced'),
  replacing('cluster'),
  getting('namespaced'),
  getting('cluster'),
  listing('namespaced'),
  listing('cluster'),
  applying('json'),
  applying('yaml'),
];
