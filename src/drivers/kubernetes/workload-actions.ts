/** Creating, deleting, scaling and restarting workloads and what belongs to them. */
import { z } from 'zod';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import { failed, kind, kubernetesActivity, namespaceParameter } from './_activity.ts';
import type { KubernetesActivity } from './_activity.ts';
import { readManifest } from './_manifest-file.ts';
import { createFromFile, deleteAll, deleteByName, deleteMatching, patchSpec, post, scale } from './_objects.ts';
import { choosePods, POD, podChoice } from './_pods.ts';

const DEPLOYMENT = kind('Deployment');
const REPLICA_SET = kind('ReplicaSet');
const NAMESPACE = kind('Namespace');

const rolloutDeployment = kubernetesActivity({
  name: 'kubernetes/rollout-deployment',
  kind: 'action',
  summary: 'Restart the pods of a deployment by a rollout.',
  aliases: ['chaosk8s.deployment.actions.rollout_deployment'],
  parameters: z.object({ name: z.string(), ns: namespaceParameter }),
  permissions: ['deployments: patch'],
  run: async ({ name, ns }, { client, clock, signal }) => {
    const restartedAt = new Date(clock.now()).toISOString().replace('Z', '+00:00Z');
    const annotations = { 'kubectl.kubernetes.io/restartedAt': restartedAt };
    try {
      await client.patch(DEPLOYMENT, ns, name, { spec: { template: { metadata: { annotations } } } }, { type: 'strategic', signal });
    } catch (thrown) {
      if (!(thrown instanceof EvenkeelError) || thrown.code === 'CANCELLED') throw thrown;
      throw failed(`failed to rollout the deployment '${name}'! Error: ${messageOf(thrown)}`);
    }
    return null;
  },
});

const createNamespace = kubernetesActivity({
  name: 'kubernetes/create-namespace',
  kind: 'action',
  summary: 'Create a namespace by name, or from a file (which wins).',
  aliases: ['chaosk8s.namespace.actions.create_namespace'],
  parameters: z.object({ name: z.string().nullish(), spec_path: z.string().nullish() }),
  permissions: ['namespaces: create'],
  run: async ({ name, spec_path }, context) => {
    if (!name && !spec_path) throw failed('You need to either specify name or spec_path');
    const body = spec_path ? await readManifest(spec_path) : { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await post(NAMESPACE, undefined, body, context);
    return null;
  },
});

const deletePods = kubernetesActivity({
  name: 'kubernetes/delete-pods',
  kind: 'action',
  summary: 'Delete the first pod with a name or label (deprecated; terminate-pods says more).',
  aliases: ['chaosk8s.pod.actions.delete_pods'],
  parameters: z.object({ name: z.string().nullish(), ns: namespaceParameter, label_selector: z.string().nullish() }),
  permissions: ['pods: list, delete'],
  run: async ({ name, ns, label_selector }, context) => {
    const choice = z.object(podChoice).parse({ name_pattern: name, ns, label_selector });
    const pods = await choosePods(choice, context);
    for (const { metadata } of pods) await context.client.delete(POD, ns, metadata.name, { signal: context.signal });
    return pods.map(({ metadata }) => metadata.name);
  },
});

const killMicroservice = kubernetesActivity({
  name: 'kubernetes/kill-microservice',
  kind: 'action',
  summary: 'Delete a deployment, its replica set and its pods (deprecated).',
  aliases: ['chaosk8s.actions.kill_microservice'],
  parameters: z.object({ name: z.string(), ns: namespaceParameter, label_selector: z.string().default('name in ({name})') }),
  permissions: ['deployments, replicasets, pods: list, delete'],
  run: async ({ name, ns, label_selector }, context) => {
    await deleteAll(DEPLOYMENT, ns, { name }, context);
    await deleteAll(REPLICA_SET, ns, { name }, context);
    // The original stops after one pod.
    const choice = z.object(podChoice).parse({ ns, label_selector: label_selector.replaceAll('{name}', name) });
    for (const { metadata } of await choosePods(choice, context))
      await context.client.delete(POD, ns, metadata.name, { signal: context.signal });
    return null;
  },
});

/** One line an action. */
export const workloadActions: readonly KubernetesActivity[] = [
  createFromFile({
    name: 'kubernetes/create-deployment',
    kind: 'Deployment',
    alias: ['deployment.actions.create_deployment', 'actions.start_microservice'],
  }),
  deleteMatching({ name: 'kubernetes/delete-deployment', kind: 'Deployment', alias: 'deployment.actions.delete_deployment' }),
  scale({
    name: 'kubernetes/scale-deployment',
    kind: 'Deployment',
    alias: ['deployment.actions.scale_deployment', 'actions.scale_microservice'],
  }),
  rolloutDeployment,
  createFromFile({ name: 'kubernetes/create-statefulset', kind: 'StatefulSet', alias: 'statefulset.actions.create_statefulset' }),
  scale({ name: 'kubernetes/scale-statefulset', kind: 'StatefulSet', alias: 'statefulset.actions.scale_statefulset' }),
  deleteMatching({ name: 'kubernetes/remove-statefulset', kind: 'StatefulSet', alias: 'statefulset.actions.remove_statefulset' }),
  createFromFile({ name: 'kubernetes/create-daemon-set', kind: 'DaemonSet', alias: 'daemonset.actions.create_daemon_set' }),
  deleteMatching({ name: 'kubernetes/delete-daemon-set', kind: 'DaemonSet', alias: 'daemonset.actions.delete_daemon_set' }),
  patchSpec({ name: 'kubernetes/update-daemon-set', kind: 'DaemonSet', alias: 'daemonset.actions.update_daemon_set' }),
  deleteMatching({ name: 'kubernetes/delete-replica-set', kind: 'ReplicaSet', alias: 'replicaset.actions.delete_replica_set' }),
  createNamespace,
  deleteByName({ name: 'kubernetes/delete-namespace', kind: 'Namespace', alias: 'namespace.actions.delete_namespace' }),
  createFromFile({ name: 'kubernetes/create-service-endpoint', kind: 'Service', alias: 'service.actions.create_service_endpoint' }),
  deleteByName({
    name: 'kubernetes/delete-service',
    kind: 'Service',
    alias: ['service.actions.delete_service', 'actions.remove_service_endpoint'],
  }),
  createFromFile({ name: 'kubernetes/create-secret', kind: 'Secret', alias: 'secret.actions.create_secret' }),
  deleteByName({ name: 'kubernetes/delete-secret', kind: 'Secret', alias: 'secret.actions.delete_secret' }),
  deletePods,
  killMicroservice,
];
