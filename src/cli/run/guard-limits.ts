import { z } from 'zod';
import { EvenkeelError, readShare } from '../../base/index.ts';
import type { Experiment } from '../../experiment/index.ts';
import { type OptionSpec, type OptionValues, listOption, textOption } from '../command.ts';
import { wholeNumber } from '../whole-number.ts';

/** What one run may take at most. */
export interface RunGuardLimits {
  readonly maxNodes: number;
  readonly maxZones: number;
  /** 0 to 1, of the ready nodes. */
  readonly maxShare: number;
  readonly protectedNamespaces: readonly string[];
  readonly protectedPools: readonly string[];
  readonly lastNode: boolean;
  /** Targets that are no node of the cluster are let through. */
  readonly unknownNodes: boolean;
  /** Faults that take machines without telling how many, and without a way back, are let through. */
  readonly uncounted: boolean;
}

/** What holds when nothing is said. */
export const DEFAULT_LIMITS: RunGuardLimits = {
  maxNodes: 1,
  maxZones: 1,
  maxShare: 0.5,
  protectedNamespaces: ['kube-system'],
  protectedPools: [],
  lastNode: false,
  unknownNodes: false,
  uncounted: false,
};

/** The options of `run` that set limits. */
export const GUARD_OPTIONS: readonly OptionSpec[] = [
  { flags: '--max-nodes <n>', description: 'most nodes that the run may take', default: '1' },
  { flags: '--max-zones <n>', description: 'most zones that it may touch', default: '1' },
  { flags: '--max-share <percent>', description: 'most of the ready nodes that it may take', default: '50%' },
  {
    flags: '--protect-namespace <name>',
    description: 'take no node with pods of it, DaemonSets aside (may be repeated; kube-system always)',
    repeats: true,
  },
  { flags: '--protect-pool <name>', description: 'take no node of this node pool (may be repeated)', repeats: true },
  { flags: '--allow-namespace <name>', description: 'take nodes with pods of it though it is protected (may be repeated)', repeats: true },
  { flags: '--allow-last-node', description: 'take the last ready node too' },
  { flags: '--allow-unknown-node', description: 'take machines that are no node of the cluster' },
  { flags: '--allow-uncounted', description: 'run faults that delete or restart machines: not counted before, and not brought back' },
];

const fraction = z.union([z.number().min(0).max(1), z.string().transform((text) => shareOf(text, 'guard.maxShare'))]);
const extensionShape = z.strictObject({
  maxNodes: z.int().min(0).optional(),
  maxZones: z.int().min(0).optional(),
  maxShare: fraction.optional(),
  protectNamespaces: z.array(z.string()).optional(),
  protectPools: z.array(z.string()).optional(),
});

/** The limits that the user gave. Errors: `USAGE`. */
export function guardLimitsOf(options: OptionValues): RunGuardLimits {
  const allowed = listOption(options, 'allowNamespace');
  const namespaces = [...DEFAULT_LIMITS.protectedNamespaces, ...listOption(options, 'protectNamespace')];
  return {
    maxNodes: wholeNumber(options, 'maxNodes', 0, 10_000),
    maxZones: wholeNumber(options, 'maxZones', 0, 1000),
    maxShare: shareOf(textOption(options, 'maxShare') ?? '50%', '--max-share'),
    protectedNamespaces: [...new Set(namespaces)].filter((name) => !allowed.includes(name)),
    protectedPools: listOption(options, 'protectPool'),
    lastNode: options['allowLastNode'] === true,
    unknownNodes: options['allowUnknownNode'] === true,
    uncounted: options['allowUncounted'] === true,
  };
}

/** The user's limits and the experiment's own (`extensions: [{name: evenkeel, guard: …}]`) together; the stricter wins. Errors: `INVALID_INPUT`. */
export function stricterLimits(limits: RunGuardLimits, experiment: Experiment): RunGuardLimits {
  const declared = experiment.extensions?.find(({ name }) => name === 'evenkeel')?.['guard'];
  if (declared === undefined) return limits;
  const parsed = extensionShape.safeParse(declared);
  if (!parsed.success) {
    throw new EvenkeelError('INVALID_INPUT', `extensions: evenkeel: guard: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`, {
      blame: 'input',
      hint: `It may hold ${Object.keys(extensionShape.shape).join(', ')}.`,
    });
  }
  const { maxNodes, maxZones, maxShare, protectNamespaces = [], protectPools = [] } = parsed.data;
  return {
    ...limits,
    maxNodes: Math.min(limits.maxNodes, maxNodes ?? Infinity),
    maxZones: Math.min(limits.maxZones, maxZones ?? Infinity),
    maxShare: Math.min(limits.maxShare, maxShare ?? 1),
    protectedNamespaces: [...new Set([...limits.protectedNamespaces, ...protectNamespaces])],
    protectedPools: [...new Set([...limits.protectedPools, ...protectPools])],
  };
}

/** `34%` or `0.34`. Errors: `USAGE`. */
function shareOf(text: string, what: string): number {
  const share = readShare(text);
  if (share !== undefined) return share;
  throw new EvenkeelError('USAGE', `${what} is '${text}', expected a share such as 34% or 0.34`, { blame: 'input' });
}
