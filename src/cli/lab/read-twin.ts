import { basename } from 'node:path';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import type { KubeObject } from '../../kubernetes/index.ts';
import { resourceOf } from '../../kubernetes/index.ts';
import type { CommandContext } from '../context.ts';
import { readDocuments } from './read-documents.ts';

/** What a twin is made of. Secrets are never asked for: what pods need of them is made empty. */
const KINDS = [
  'Node',
  'Namespace',
  'Pod',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'ReplicationController',
  'Job',
  'CronJob',
  'Service',
  'Endpoints',
  'Ingress',
  'IngressClass',
  'NetworkPolicy',
  'ConfigMap',
  'ServiceAccount',
  'PodDisruptionBudget',
  'PriorityClass',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'HorizontalPodAutoscaler',
  'ResourceQuota',
  'LimitRange',
] as const;

/** Kinds without which nothing can be said about a node's failure. */
const NEEDED: readonly string[] = ['Node', 'Pod'];

/** The objects of the cluster that the user points at. What else may not be read is told. Errors: `DENIED` for nodes and pods. */
export async function readLiveTwin(context: Pick<CommandContext, 'kubernetes' | 'signal' | 'say' | 'style'>): Promise<KubeObject[]> {
  const client = await context.kubernetes();
  const lists = await Promise.all(
    KINDS.map(async (kind): Promise<KubeObject[]> => {
      const resource = resourceOf(kind);
      if (resource === undefined) return [];
      try {
        const { items } = await client.list(resource, { signal: context.signal });
        const { group, version } = resource;
        return items.map((item) => ({ ...item, kind, apiVersion: group === '' ? version : `${group}/${version}` }));
      } catch (error) {
        const mayBeMissing = error instanceof EvenkeelError && (error.code === 'DENIED' || error.code === 'NOT_FOUND');
        if (!mayBeMissing || NEEDED.includes(kind)) throw error;
        context.say(context.style.warn(`warning: ${kind} could not be read (${messageOf(error)}); the twin is without`));
        return [];
      }
    }),
  );
  return lists.flat().map(withoutSecrets);
}

/** The objects of a dump: `kubectl get … -o json`. Errors: `INVALID_INPUT` with the place. */
export async function readDumpedTwin(path: string, { readFile }: Pick<CommandContext, 'readFile'>): Promise<KubeObject[]> {
  const text = await readFile(path);
  if (!path.endsWith('.json') || !text.trimStart().startsWith('{')) return readDocuments([{ path, text }]).map(withoutSecrets);
  try {
    return unfolded(JSON.parse(text)).map(withoutSecrets);
  } catch (error) {
    throw new EvenkeelError('INVALID_INPUT', `${basename(path)} is not JSON: ${messageOf(error)}`, {
      blame: 'input',
      hint: 'Make it with: kubectl get nodes,namespaces,pods,deployments,replicasets,… -A -o json',
      cause: error,
    });
  }
}

/** The objects of a List, and of Lists in it; the items of a PodList need not repeat their kind. */
function unfolded(value: unknown): KubeObject[] {
  const { apiVersion, kind, items } = Object(value) as { apiVersion?: unknown; kind?: unknown; items?: unknown }; // any value may have members
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [value as KubeObject]; // what else a dump holds
  const own = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) };
  return items.flatMap((item: object) => unfolded({ ...item, ...('kind' in item && item.kind !== undefined ? {} : own) }));
}

/** A secret's values go no further than this; nor does the copy of them that kubectl leaves in an annotation. */
function withoutSecrets(object: KubeObject): KubeObject {
  if (object.kind !== 'Secret') return object;
  const { name, namespace, labels } = object.metadata;
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, ...(namespace && { namespace }), ...(labels && { labels }) } };
}
