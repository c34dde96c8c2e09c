import { type ClusterModel, buildModel, takeSnapshot } from '../cluster/index.ts';
import { EvenkeelError } from '../base/index.ts';
import type { KubernetesClient } from '../clients/index.ts';
import { type KubeObject, resourceOf } from '../kubernetes/index.ts';
import type { CommandContext } from './context.ts';

/** The namespace that a command is about; undefined = all. */
export async function namespaceFor(context: CommandContext): Promise<string | undefined> {
  if (context.globals.allNamespaces) return undefined;
  if (context.globals.namespace !== undefined) return context.globals.namespace;
  return (await context.kubernetes()).target.namespace;
}

/** The model of the cluster that the user points at. What may not be read becomes a gap of the snapshot and is told. */
export async function takeModel(context: CommandContext): Promise<ClusterModel> {
  const client = await context.kubernetes();
  const snapshot = await takeSnapshot(readerOf(client, context.signal), {
    source: client.target.context,
    capturedAt: new Date(context.clock.now()).toISOString(),
    serverVersion: await client.version(context.signal),
  });
  for (const gap of snapshot.gaps)
    context.say(context.style.warn(`warning: ${gap.kind} could not be read (${gap.reason}); what depends on it is unknown`));
  return buildModel(snapshot);
}

/** As `takeModel`, with the namespace; an error where there is nothing to speak about: it would look like good news. Errors: `NOT_FOUND`. */
export async function takeModelOfNamespace(
  context: CommandContext,
): Promise<{ readonly model: ClusterModel; readonly namespace: string | undefined }> {
  const namespace = await namespaceFor(context);
  const model = await takeModel(context);
  if (model.workloads.some((workload) => namespace === undefined || workload.namespace === namespace)) return { model, namespace };
  const others = [...new Set(model.workloads.map((workload) => workload.namespace))].sort();
  throw new EvenkeelError(
    'NOT_FOUND',
    `there is no workload ${namespace === undefined ? 'in this cluster' : `in namespace '${namespace}'`}`,
    {
      blame: 'input',
      ...(others.length > 0 && {
        hint: `Name one that has some with -n (${others.slice(0, 8).join(', ')}${others.length > 8 ? ', …' : ''}), or take all: -A`,
      }),
    },
  );
}

function readerOf(client: KubernetesClient, signal: AbortSignal): { list(kind: string): Promise<readonly KubeObject[]> } {
  return {
    list: async (kind) => {
      const resource = resourceOf(kind);
      if (!resource) throw new EvenkeelError('UNSUPPORTED', `unknown kind ${kind}`, { blame: 'input' });
      const { items } = await client.list(resource, { signal });
      return items;
    },
  };
}
