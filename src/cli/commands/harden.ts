import { EvenkeelError } from '../../base/index.ts';
import type { ClusterModel } from '../../cluster/index.ts';
import { FIXES, type HardeningGoal, type HardeningPlan, planHardeningEach } from '../../hardening/index.ts';
import { clockSettingsFor, sweepEach } from '../../whatif/index.ts';
import { type Command, type OptionValues, listOption, textOption } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { applyChanges } from '../harden/apply-changes.ts';
import { waitForRollouts } from '../harden/wait-for-rollouts.ts';
import { printData } from '../output/print-data.ts';
import { renderPlan } from '../output/render-plan.ts';
import { confirmChange } from '../run/confirm-change.ts';
import { stepByStep } from '../step-by-step.ts';
import { takeModelOfNamespace } from '../take-model.ts';
import { wholeNumber } from '../whole-number.ts';
import { editFolder, writePatches } from '../harden/edit-folder.ts';

export const hardenCommand: Command = {
  description:
    'Plans what makes the application survive a node failure (replicas, inter-pod anti-affinity, disruption budgets, …), simulates the plan before it is applied, and proves it. Without --apply, --write or --out it changes nothing.',
  options: [
    { flags: '-f, --filename <dir>', description: "folder (or file) of the application's manifests: show the plan as a diff of them" },
    { flags: '--write', description: 'with -f: change the files (comments are kept)' },
    { flags: '--out <dir>', description: 'write the plan as kustomize patches into this folder' },
    { flags: '--apply', description: 'apply it to the cluster (server-side apply) and wait for the rollout' },
    { flags: '--force-conflicts', description: 'with --apply: take over fields that another tool owns' },
    { flags: '--unproven', description: 'with --write or --out: also when the proof does not hold' },
    { flags: '--survive <what>', description: 'what to survive', choices: ['node', 'zone'], default: 'node' },
    { flags: '--min-replicas <n>', description: 'fewest replicas per workload', default: '2' },
    {
      flags: '--include <workload>',
      description: 'also scale this one, which was left alone (Kind/namespace/name or name; may be repeated)',
      repeats: true,
    },
    { flags: '--exclude <workload>', description: 'leave this one alone (may be repeated)', repeats: true },
    {
      flags: '--fix <name>',
      description: `only this fix (may be repeated): ${FIXES.map((fix) => fix.name + (fix.byDefault ? ' (default)' : '')).join(', ')}`,
      repeats: true,
    },
  ],
  examples: [
    { command: 'evenkeel harden -n contactsapp', does: 'the plan with its proof' },
    { command: 'evenkeel harden -n contactsapp -f k8s/ --write', does: 'edit your YAML' },
    { command: 'evenkeel harden -n contactsapp --apply', does: 'change the cluster' },
  ],
  run: async ({ options }, context) => {
    if (options['write'] === true && textOption(options, 'filename') === undefined)
      throw new EvenkeelError('USAGE', '--write needs -f: the files that it is to change', { blame: 'input' });
    const plan = await makePlan(options, context);
    printData(context, planData(plan), () => renderPlan(plan, context.style));
    refuseUnproven(plan, options);
    if (textOption(options, 'filename') !== undefined)
      await editFolder(textOption(options, 'filename') ?? '.', plan, { write: options['write'] === true }, context);
    if (textOption(options, 'out') !== undefined) await writePatches(textOption(options, 'out') ?? '.', plan, context);
    if (options['apply'] === true) return applyPlan(plan, options, context);
    if (context.globals.output === 'table' && plan.proven && plan.changes.length > 0 && options['write'] !== true) {
      context.say(
        `\nNext: the same with ${context.style.command('--apply')} does it and waits for the rollout; with ${context.style.command('-f DIR --write')} it edits your files instead.`,
      );
    }
    return plan.proven ? EXIT.asHoped : EXIT.deviated;
  },
};

/** Makes the plan that the options ask for. */
export async function makePlan(options: OptionValues, context: CommandContext): Promise<HardeningPlan> {
  const { model, namespace } = await takeModelOfNamespace(context);
  const fixes = listOption(options, 'fix');
  const named = (name: string): readonly string[] =>
    listOption(options, name).map((text) => {
      const found = model.workloads.find((workload) => workload.id === text || workload.name === text);
      if (!found)
        throw new EvenkeelError('NOT_FOUND', `there is no workload '${text}'`, { blame: 'input', hint: 'List them: evenkeel spread -A' });
      return found.id;
    });
  const goal: HardeningGoal = {
    survive: textOption(options, 'survive') === 'zone' ? 'zone' : 'node',
    minReplicas: wholeNumber({ minReplicas: options['minReplicas'] ?? '2' }, 'minReplicas', 1, 100),
    namespace,
    include: named('include'),
    exclude: named('exclude'),
    fixes: fixes.length === 0 ? undefined : fixes,
  };
  const predict = (hardened: ClusterModel) =>
    sweepEach(hardened, { random: context.random.fork('what-if'), settings: clockSettingsFor(hardened.snapshot.serverVersion), namespace });
  return stepByStep(planHardeningEach(model, goal, predict), context);
}

/** A plan that does not hold is worse than none once it is in the files: it looks like advice. Errors: `REFUSED`. */
function refuseUnproven({ proven, proof }: HardeningPlan, options: OptionValues): void {
  const does = ['write', 'out', 'apply'].find((name) => options[name] !== undefined && options[name] !== false);
  if (proven || does === undefined || (does !== 'apply' && options['unproven'] === true)) return;
  const failing = proof.filter(({ holds }) => !holds).map(({ claim }) => claim);
  throw new EvenkeelError('REFUSED', `the plan is not proven (not so: ${failing.join('; ')}), so nothing is ${VERBS[does] ?? 'done'}`, {
    blame: 'input',
    hint: `Change the goal (--exclude, --min-replicas) or the cluster${does === 'apply' ? '' : '; --unproven writes it all the same'}.`,
  });
}

const VERBS: Readonly<Record<string, string>> = { write: 'written', out: 'written', apply: 'applied' };

/** Applies a plan after asking, and waits for the rollout. Result: the exit code. */
export async function applyPlan(plan: HardeningPlan, options: OptionValues, context: CommandContext): Promise<number> {
  if (plan.changes.length === 0) return plan.proven ? EXIT.asHoped : EXIT.deviated;
  refuseUnproven(plan, { apply: true });
  const client = await context.kubernetes();
  await confirmChange(`Change ${client.target.context} (${client.target.server})?`, { client, ownSecrets: false }, context);
  const force = options['forceConflicts'] === true;
  await applyChanges(plan.changes, client, context, { force, dryRun: true });
  context.say('Applying:');
  await applyChanges(plan.changes, client, context, { force });
  context.say('Rolling out:');
  await waitForRollouts(plan.changes, client, context);
  context.say(`\nNext: ${context.style.command(`${context.program} what-if`)} again, and the experiment again.`);
  return EXIT.asHoped;
}

/** The plan as data; the whole models stay out. */
function planData({ goal, changes, leftAlone, proof, proven, remaining, before, after }: HardeningPlan): unknown {
  return { kind: 'HardeningPlan', schema: 1, goal, changes, leftAlone, proof, proven, remaining, before, after };
}
