/** The guard of a run: asked with every plan before it is written down, hence before the fault acts. */
import { EvenkeelError, formatDuration, listInWords, plural } from '../../base/index.ts';
import type { ClusterModel } from '../../cluster/index.ts';
import { type GuardAnswer, type GuardNode, type GuardRefusal, type UndoPlan, checkGuard } from '../../experiment/index.ts';
import type { Pod } from '../../kubernetes/index.ts';
import type { Prediction } from '../../whatif/index.ts';
import type { RunGuardLimits } from './guard-limits.ts';

/** The cluster as it is when the guard is asked. */
export interface GuardedCluster {
  /** Undefined: there is no cluster to look at, then only the number of machines is limited. */
  readonly model: ClusterModel | undefined;
  /** Why a cluster that there is could not be looked at: then nothing is known to be harmless. */
  readonly blind?: string | undefined;
}

export interface RunGuardFacts {
  /** Asked for every plan: a node that was Ready when the run began need not be so now. */
  readonly look: () => Promise<GuardedCluster>;
  readonly limits: RunGuardLimits;
  readonly prediction: readonly Prediction[];
  /** Told before the act what is predicted for the very nodes that it takes. */
  readonly say: (line: string) => void;
}

/**
 * Looks at each fault before it is written down: limits, what is protected, and never the last ready node. All reasons are given at once,
 * each with the flag that allows it.
 *
 * Errors (of the result): `REFUSED`.
 */
export function createRunGuard({ look, limits, prediction, say }: RunGuardFacts): (plan: UndoPlan) => Promise<void> {
  const taken = new Set<string>();
  return async (plan) => {
    const { model, blind } = await look();
    const targets = nodesOfPlan(plan, model);
    const namespaces = typeof plan.state['namespace'] === 'string' ? [plan.state['namespace']] : [];
    const facts = { targets, taken, limits, namespaces };
    const { refusals } = model === undefined ? countOnly(facts) : ask(model, facts);
    const left = [...refusals, ...refusalsOfBlindness(facts, blind)].filter(({ rule }) => rule !== 'unknown' || !limits.unknownNodes);
    if (left.length > 0) throw refused(left);
    for (const line of predictedFor(plan, targets, prediction)) say(line);
    for (const node of targets) taken.add(node);
  };
}

interface Ask {
  readonly targets: readonly string[];
  readonly taken: ReadonlySet<string>;
  readonly limits: RunGuardLimits;
  /** In which the act changes something itself: it scales a workload, say. */
  readonly namespaces: readonly string[];
}

function ask(model: ClusterModel, { targets, taken, limits, namespaces }: Ask): GuardAnswer {
  if (targets.length === 0) return { allowed: true, reasons: [], refusals: refusalsOfNamespaces(namespaces, limits) };
  return checkGuard({
    limits: {
      nodes: limits.maxNodes,
      zones: limits.maxZones,
      share: limits.maxShare,
      protectedNamespaces: limits.protectedNamespaces,
      protectedPools: limits.protectedPools,
      lastNode: limits.lastNode,
    },
    nodes: model.nodes.map(({ name, zone, pool, ready }): GuardNode => ({ name, zone: zone ?? null, pool: pool ?? null, ready })),
    targets,
    alreadyDown: [...taken],
    namespaces: [...namespaces, ...targets.flatMap((node) => model.podsOn(node).filter(isElsewhereToo).map(namespaceOf))],
  });
}

/** Without a cluster there are no zones, pools or pods to look at; how many machines are taken is known all the same. */
function countOnly({ targets, taken, limits, namespaces }: Ask): Pick<GuardAnswer, 'refusals'> {
  const refusals: GuardRefusal[] = refusalsOfNamespaces(namespaces, limits);
  const down = new Set([...targets, ...taken]).size;
  if (down > limits.maxNodes)
    refusals.push({ rule: 'nodes', reason: `${plural(down, 'machine')} would be down, allowed is ${limits.maxNodes}`, needs: [`${down}`] });
  return { refusals };
}

/** What could not be looked at is not harmless. */
function refusalsOfBlindness({ targets }: Ask, blind: string | undefined): GuardRefusal[] {
  if (blind === undefined || targets.length === 0) return [];
  return [{ rule: 'unknown', reason: `what runs there is unknown, the cluster could not be looked at (${blind})`, needs: [] }];
}

/** A refusal for each act inside a protected namespace. */
export function refusalsOfNamespaces(
  namespaces: readonly string[],
  { protectedNamespaces }: Pick<RunGuardLimits, 'protectedNamespaces'>,
): GuardRefusal[] {
  const hurt = [...new Set(namespaces)].filter((namespace) => protectedNamespaces.includes(namespace));
  return hurt.length === 0
    ? []
    : [{ rule: 'namespace', reason: `something in the protected namespace ${listInWords(hurt)} would be changed`, needs: hurt }];
}

/** Not a pod that belongs to its node: of a DaemonSet, or static. */
function isElsewhereToo({ metadata }: Pod): boolean {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true)?.kind;
  return owner !== 'DaemonSet' && owner !== 'Node' && metadata.annotations?.['kubernetes.io/config.mirror'] === undefined;
}

const namespaceOf = ({ metadata }: Pod): string => metadata.namespace ?? 'default';

/**
 * The nodes that a plan's fault takes, at worst: each machine is one, also where nothing tells its node (it keeps its own name then, which is
 * that of no node); a managed cluster is all of them.
 */
export function nodesOfPlan({ state, targets }: UndoPlan, model: ClusterModel | undefined): readonly string[] {
  const named = [state['nodeNames'], state['nodes']].flatMap((value) => (Array.isArray(value) ? value.map(String) : []));
  const machines = targets.filter((target) => /^azure:.*\/virtualmachines\//i.test(target));
  const clusters = targets.filter((target) => /^azure:.*\/managedclusters\//i.test(target));
  const ofClusters = clusters.length === 0 ? [] : (model?.nodes.map(({ name }) => name) ?? clusters);
  // Names are left out for machines that have none, so they can only be told apart when there is one for each.
  const paired = named.length === machines.length ? named : [];
  const ofMachines = machines.map((target, index) => {
    const path = target.slice('azure:'.length).toLowerCase();
    const node = model?.nodes.find(({ object }) => object.spec?.providerID?.toLowerCase().endsWith(path));
    return node?.name ?? paired[index] ?? path.split('/').slice(-3).join('/');
  });
  return [...new Set([...(machines.length === 0 ? named : ofMachines), ...ofClusters])];
}

/** The option of `run` that lets a refused act pass. */
export function flagFor({ rule, needs }: Pick<GuardRefusal, 'rule' | 'needs'>): string {
  switch (rule) {
    case 'nodes':
      return `--max-nodes ${needs[0] ?? ''}`;
    case 'zones':
      return `--max-zones ${needs[0] ?? ''}`;
    case 'share':
      return `--max-share ${needs[0] ?? ''}`;
    case 'last-node':
      return '--allow-last-node';
    case 'namespace':
      return needs.map((name) => `--allow-namespace ${name}`).join(' ');
    case 'pool':
      return `leave out --protect-pool ${listInWords(needs)}`;
    case 'unknown':
      return '--allow-unknown-node';
    case 'uncounted':
      return '--allow-uncounted';
  }
}

/** All reasons at once, with the options that allow it. */
export function refused(refusals: readonly GuardRefusal[]): EvenkeelError {
  const reasons = refusals.map(({ reason }) => reason).join('; ');
  const flags = refusals.map((refusal) => flagFor(refusal)).join(' ');
  return new EvenkeelError('REFUSED', `refused: ${reasons}`, {
    blame: 'input',
    hint: `Allow it: ${flags} (what the experiment's own guard forbids stays forbidden).`,
  });
}

const VERBS: Readonly<Record<string, string>> = { stop: 'stopping', deallocate: 'deallocating', restart: 'restarting' };

/** `stopping aks-…0a: contacts goes down for about 6 min`, a line a node; nothing for faults that stop no node. */
export function predictedFor({ undo, state }: UndoPlan, nodes: readonly string[], prediction: readonly Prediction[]): string[] {
  if (!undo.startsWith('azure/')) return [];
  const verb = VERBS[String(state['mode'])] ?? 'taking';
  return nodes.flatMap((node) => {
    const one = prediction.find(({ failure }) => failure.kind === 'node' && failure.nodes[0] === node);
    return one === undefined ? [] : [`${verb} ${node}: ${inShort(one)}`];
  });
}

/** What goes down for how long, in one sentence. */
function inShort({ services, verdict }: Prediction): string {
  const local = (id: string): string => id.split('/').at(-1) ?? id;
  const down = services.filter((service) => service.verdict === 'down' && service.down !== undefined);
  if (down.length > 0) {
    const open = down.some(({ down: span }) => span?.toMs === undefined);
    const longestMs = Math.max(...down.map(({ down: span }) => (span?.toMs ?? 0) - (span?.fromMs ?? 0)));
    const names = listInWords(down.map(({ service }) => local(service)));
    return `${names} ${down.length === 1 ? 'goes' : 'go'} down ${open ? 'until it returns' : `for about ${formatDuration(longestMs)}`}`;
  }
  const hurt = services.filter((service) => service.verdict === 'degraded').map(({ service }) => local(service));
  return verdict === 'survives' || hurt.length === 0
    ? 'no service goes down'
    : `some requests of ${listInWords(hurt)} fail until the cluster notices`;
}
