import { EvenkeelError, formatDuration, messageOf } from '../../base/index.ts';
import type { KubernetesClient } from '../../clients/index.ts';
import type { CommandContext } from '../context.ts';
import { checkKubernetesPermissions } from '../run/check-permissions.ts';
import type { Finding } from './finding.ts';

/** What commands ask of the cluster. Reading is all that spread and what-if do. */
const READS = ['nodes', 'namespaces', 'pods', 'services', 'endpointslices', 'deployments', 'replicasets', 'statefulsets', 'daemonsets'];
const NEEDS: readonly { readonly command: string; readonly needed: readonly { readonly resource: string; readonly verb: string }[] }[] = [
  { command: 'spread, what-if', needed: READS.map((resource) => ({ resource, verb: 'list' })) },
  {
    command: 'run',
    needed: [
      { resource: 'nodes', verb: 'watch' },
      { resource: 'pods', verb: 'watch' },
      { resource: 'endpointslices', verb: 'watch' },
      { resource: 'leases', verb: 'get' },
    ],
  },
  {
    command: 'harden --apply',
    needed: [
      { resource: 'deployments', verb: 'patch' },
      { resource: 'statefulsets', verb: 'patch' },
      { resource: 'poddisruptionbudgets', verb: 'patch' },
      { resource: 'poddisruptionbudgets', verb: 'create' },
    ],
  },
];

/** More than this makes times of events and heartbeats hard to compare. */
const SKEW_MS = 2000;

/** Whether the cluster answers, what this account may do there, and how far its clock is from ours. */
export async function checkCluster(context: CommandContext): Promise<Finding[]> {
  let client: KubernetesClient;
  try {
    client = await context.kubernetes();
    const version = await client.version(context.signal);
    const { server, context: name } = client.target;
    const reached: Finding = { check: 'cluster', state: 'ok', detail: `${name} at ${server}, Kubernetes ${version}` };
    return [reached, ...(await checkRights(client, context)), await checkClock(client, context)];
  } catch (error) {
    const hint = error instanceof EvenkeelError ? error.hint : undefined;
    return [
      {
        check: 'cluster',
        state: 'bad',
        detail: messageOf(error),
        advice: hint ?? `Name a kubeconfig (--kubeconfig, KUBECONFIG), or try the lab: ${context.program} lab up --detach`,
      },
    ];
  }
}

async function checkRights(client: KubernetesClient, { signal, globals }: CommandContext): Promise<Finding[]> {
  return Promise.all(
    NEEDS.map(async ({ command, needed }): Promise<Finding> => {
      const check = `may ${command}`;
      const answers = await checkKubernetesPermissions(client, needed, { namespace: globals.namespace, signal });
      const no = answers.filter(({ granted }) => granted === 'no').map(({ permission, scope }) => `${permission} (${scope})`);
      const unknown = answers.filter(({ granted }) => granted === 'unknown');
      if (no.length > 0) {
        const advice = 'Ask for a role with these verbs; what may not be read is told as a gap, and what depends on it as unknown.';
        return { check, state: command === 'spread, what-if' ? 'bad' : 'warn', detail: `missing: ${no.join(', ')}`, advice };
      }
      if (unknown.length > 0) return { check, state: 'warn', detail: `the cluster does not tell: ${unknown[0]?.why ?? 'no answer'}` };
      return { check, state: 'ok', detail: `${answers.length} permissions` };
    }),
  );
}

/**
 * Compares clocks by a heartbeat that a kubelet is due to renew: a lease's time lies before now, and not more than its duration.
 * The API server's own answer to a request would carry a Date, but in whole seconds, and set by whatever proxy stands between.
 */
async function checkClock(client: KubernetesClient, { clock, signal }: CommandContext): Promise<Finding> {
  const check = 'clock';
  try {
    const before = clock.now();
    const review = await client.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      signal,
    });
    const after = clock.now();
    const stamp = creationOf(review);
    if (stamp === undefined) return { check, state: 'warn', detail: 'the API server gave no time to compare with' };
    // The stamp is in whole seconds, and was made at some moment between the two.
    const skewMs = stamp + 1000 < before ? stamp + 1000 - before : stamp > after ? stamp - after : 0;
    if (Math.abs(skewMs) <= SKEW_MS) return { check, state: 'ok', detail: `within ${formatDuration(SKEW_MS)} of the API server's` };
    return {
      check,
      state: 'warn',
      detail: `this machine is ${formatDuration(Math.abs(skewMs))} ${skewMs < 0 ? 'ahead of' : 'behind'} the API server`,
      advice: 'Set the clock (NTP): times of the cluster and of the run stand side by side in a report.',
    };
  } catch (error) {
    return { check, state: 'warn', detail: `not compared: ${messageOf(error)}` };
  }
}

function creationOf(review: unknown): number | undefined {
  const metadata: unknown = typeof review === 'object' && review !== null && 'metadata' in review ? review.metadata : undefined;
  const text: unknown =
    typeof metadata === 'object' && metadata !== null && 'creationTimestamp' in metadata ? metadata.creationTimestamp : undefined;
  const ms = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
