/** The guard of a run: asked with every plan before it is written down, hence before the fault acts. */
import { EvenkeelError, formatDuration, listInWords, plural } from '../../base/index.ts';
import type { ClusterModel } from '../../cluster/index.ts';
import { type GuardAnswer, type GuardNode, type GuardRefusal, type UndoPlan, checkGuard } from '../../experiment/index.ts';
import type { Pod } from '../../kubernetes/index.ts';
import type { Prediction } from '../../whatif/index.ts';
import type { RunGuardLimits } from './guard-limits.ts';

export interface RunGuardFacts {
  /** Undefined: there is no cluster to look at, then only the number of machines is limited. */
  readonly model: ClusterModel | undefined;
  /** Why a cluster that there is could not be looked at: then nothing is known to be harmless. */
  readonly blind?: string | undefined;
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
export function createRunGuard({ model, blind, limits, prediction, say }: RunGuardFacts): (plan: UndoPlan) => Promise<void> {
  const taken = new Set<string>();
  return async (plan) => {
    const targets = nodesOfPlan(plan, model);
    const { refusals } = model === undefined ? countOnly(targets, { taken, limits, blind }) : ask(model, { targets, taken, limits });
    const left = refusals.filter(({ rule }) => rule !== 'unknown' || !limits.unknownNodes);
    if (left.length > 0) throw refused(left);
    for (const line of predictedFor(plan, targets, prediction)) say(line);
    for (const node of targets) taken.add(node);
  };
}

interface Ask {
  readonly targets: readonly string[];
  readonly taken: ReadonlySet<string>;
  readonly limits: RunGuardLimits;
}

function ask(model: ClusterModel, { targets, taken, limits }: Ask): GuardAnswer {
  if (targets.length === 0) return { allowed: true, reasons: [], refusals: [] };
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
    namespaces: targets.flatMap((node) => model.podsOn(node).filter(isElsewhereToo).map(namespaceOf)),
  });
}

/** Without a cluster there are no zones, pools or pods to look at; how many machines are taken is known all the same. */
function countOnly(
  targets: readonly string[],
  { taken, limits, blind }: Omit<Ask, 'targets'> & Pick<RunGuardFacts, 'blind'>,
): Pick<GuardAnswer, 'refusals'> {
  const refusals: GuardRefusal[] = [];
  const down = new Set([...targets, ...taken]).size;
  if (down > limits.maxNodes)
    refusals.push({ rule: 'nodes', reason: `${plural(down, 'machine')} would be down, allowed is ${limits.maxNodes}`, needs: [`${down}`] });
  if (blind !== undefined && targets.length > 0)
    refusals.push({ rule: 'unknown', reason: `what runs there is unknown, the cluster could not be looked at (${blind})`, needs: [] });
  return { refusals };
}

/** Not a pod that belongs to its node: of a DaemonSet, or static. */
function isElsewhereToo({ metadata }: Pod): boolean {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true)?.kind;
  return owner !== 'DaemonSet' && owner !== 'Node' && metadata.annotations?.['kubernetes.io/config.mirror'] === undefined;
}

const namespaceOf = ({ metadata }: Pod): string => metadata.namespace ?? 'default';

/** The nodes that a plan's fault takes: those that it names, and those that stand behind its machines. */
export function nodesOfPlan({ state, targets }: UndoPlan, model: ClusterModel | undefined): readonly string[] {
  const named = [state['nodeNames'], state['nodes']].flatMap((value) => (Array.isArray(value) ? value.map(String) : []));
  const machines = targets.filter((target) => /^azure:.*\/virtualmachines\//i.test(target));
  if (named.length > 0) return [...new Set(named)];
  return machines.map((target) => {
    const path = target.slice('azure:'.length).toLowerCase();
    const node = model?.nodes.find(({ object }) => object.spec?.providerID?.toLowerCase().endsWith(path));
    return node?.name ?? path.split('/').slice(-3).join('/');
  });
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
  }
}

function refused(refusals: readonly GuardRefusal[]): EvenkeelError {
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
