/** A rehearsal of a run: the gate is measured, targets are chosen for real, permissions are asked for, and nothing is broken. */
import { EvenkeelError, messageOf } from '../../base/index.ts';
import type { ArmClient } from '../../clients/index.ts';
import { connectToAzure, createAzureDriver } from '../../drivers/azure/index.ts';
import { openVault } from '../../drivers/http/index.ts';
import { connectToKubernetes, createKubernetesDriver } from '../../drivers/kubernetes/index.ts';
import {
  type Activity,
  type ActivityDescriptor,
  type Experiment,
  type RunOptions,
  type RunStore,
  type UndoPlan,
  isObject,
  runExperiment,
} from '../../experiment/index.ts';
import type { CommandContext } from '../context.ts';
import { checkAzurePermissions, checkKubernetesPermissions, type PermissionAnswer } from './check-permissions.ts';
import { composeDrivers, type Drivers } from './compose-drivers.ts';
import { lookAround, predict, readingOf, type RunRequest, type Surroundings } from './execute-run.ts';
import { refusalsOfAction } from './guard-activities.ts';
import { DEFAULT_LIMITS, type RunGuardLimits, stricterLimits } from './guard-limits.ts';
import { readValidExperiment } from './load-valid-experiment.ts';
import { nativeActivitiesOf, nativeOf, neededPermissions } from './needed-permissions.ts';
import { readOnlyArm, readOnlyKubernetes } from './read-only-clients.ts';
import { createRunGuard, nodesOfPlan, refused } from './run-guard.ts';

/** What a fault of the method would do. */
export interface RehearsedFault {
  readonly activity: string;
  /** What there was to choose from. */
  readonly candidates: readonly string[];
  /** What this seed chose; empty when nothing was. */
  readonly chosen: readonly string[];
  readonly nodes: readonly string[];
  readonly prediction: readonly string[];
  /** `would-act`, `refused` by the guard, `failed` to find a target, `not-tried`: not a fault of ours, so it was not run. */
  readonly status: 'would-act' | 'refused' | 'failed' | 'not-tried';
  readonly why: string | null;
}

export interface DryRun {
  readonly kind: 'DryRun';
  readonly schema: 1;
  readonly title: string;
  readonly seed: string;
  /** Null: the experiment has no hypothesis. `unknown`: a probe of it is left out by its `dry: true`. */
  readonly gate: 'met' | 'not-met' | 'unknown' | null;
  readonly faults: readonly RehearsedFault[];
  readonly permissions: readonly PermissionAnswer[];
}

interface Stage {
  readonly request: RunRequest;
  readonly experiment: Experiment;
  readonly drivers: Drivers;
  readonly surroundings: Surroundings;
  readonly vault: NonNullable<RunOptions['vault']>;
  readonly context: CommandContext;
}

/** Rehearses. Errors: `INVALID_INPUT` as for a run. */
export async function dryRun(request: RunRequest, context: CommandContext): Promise<DryRun> {
  const drivers = composeDrivers(context);
  try {
    const experiment = await readValidExperiment(request.file, readingOf(request, drivers), context);
    const surroundings = await lookAround(context);
    const stage = { request, experiment, drivers, surroundings, vault: tellingVault(context), context };
    const gate = await measureGate(stage);
    const { faults, arm, scope } = await chooseTargets(stage);
    const needed = neededPermissions(nativeActivitiesOf(experiment, drivers.activities));
    const { signal } = context;
    const permissions = [
      ...(arm === undefined ? notAsked(needed.azure) : await checkAzurePermissions(arm, needed.azure, { scope: scope ?? '', signal })),
      ...(surroundings.client === undefined ? [] : await checkKubernetesPermissions(surroundings.client, needed.kubernetes, { signal })),
    ];
    return { kind: 'DryRun', schema: 1, title: experiment.title, seed: context.random.seed, gate, faults, permissions };
  } finally {
    await drivers.stop();
  }
}

const notAsked = (needed: readonly string[]): PermissionAnswer[] =>
  needed.map((permission) => ({ permission, scope: '', granted: 'unknown', why: 'no fault of the method reached Azure' }));

/** A place to write down that is none: a rehearsal leaves no trace, and its guard lets nothing be written. */
const NOWHERE: RunStore = {
  create: ({ runId }) => {
    const never = (): Promise<never> => Promise.reject(new EvenkeelError('REFUSED', 'dry run', { blame: 'input' }));
    return Promise.resolve({
      runId,
      path: '',
      record: (record) => (record.type === 'end' ? Promise.resolve() : never()),
      lock: never,
      close: async () => {},
    });
  },
};

/** A rehearsal needs the run's secrets to find its targets; that it asks the vault for them is said, once. */
function tellingVault({ say }: CommandContext): NonNullable<RunOptions['vault']> {
  let told = false;
  return (settings) => {
    const read = openVault(settings);
    return (path, key) => {
      if (!told) say("Reading the experiment's secrets from its vault …");
      told = true;
      return read(path, key);
    };
  };
}

function optionsOf({ context, drivers, request, vault }: Stage): Omit<Parameters<typeof runExperiment>[1], 'activities' | 'providers'> {
  const { clock, random, log, env, signal } = context;
  const { variables, secretVariables } = request.options;
  return {
    clock,
    random,
    log,
    env,
    signal,
    undos: drivers.undos,
    store: NOWHERE,
    manner: 'evenkeel',
    rollbackStrategy: 'never',
    vault,
    ...(variables === undefined ? {} : { variables }),
    ...(secretVariables === undefined ? {} : { secretVariables }),
  };
}

async function measureGate(stage: Stage): Promise<DryRun['gate']> {
  const { experiment, drivers, context } = stage;
  if (experiment['steady-state-hypothesis'] === undefined) return null;
  const { journal } = await runExperiment(
    { ...experiment, method: [], rollbacks: [], controls: [] },
    {
      ...optionsOf(stage),
      activities: drivers.activities.filter(({ kind }) => kind === 'probe'),
      providers: drivers.providers,
      hypothesisStrategy: 'before-method-only',
      onEvent: (event) => {
        if (event.type !== 'probe-judged') return;
        const { good, bad } = context.style;
        context.say(event.met ? `  ${good('✓')} ${event.name}` : `  ${bad('✗')} ${event.name}: ${event.why ?? 'not met'}`);
      },
    },
  );
  const { before } = journal.steady_states;
  if (before?.steady_state_met === true) return 'met';
  return before?.steady_state_met === null && journal.evenkeel?.outcome === 'incomplete' ? 'unknown' : 'not-met';
}

interface Choice {
  readonly faults: readonly RehearsedFault[];
  readonly arm: ArmClient | undefined;
  /** Where Azure is asked for permissions: the first target's resource, else the subscription. */
  readonly scope: string | undefined;
}

/** Runs each fault with clients that only look, until it says what it would take. */
async function chooseTargets(stage: Stage): Promise<Choice> {
  const { experiment, surroundings, context, request } = stage;
  const lists: string[][] = [];
  const looked = {
    seen: (path: string, names: readonly string[]) => void (/virtualMachines$|^nodes$/i.test(path) && lists.push([...names])),
  };
  let arm: ArmClient | undefined;
  const azure = createAzureDriver(async (at) => {
    const real = await connectToAzure(at);
    arm = real;
    return readOnlyArm(real, looked);
  });
  const kubernetes = createKubernetesDriver(async (at) => readOnlyKubernetes(await connectToKubernetes(at), looked));
  const actions = [...azure.activities, ...kubernetes.activities].filter(({ kind }) => kind === 'action');
  const natives = actions.filter(({ undo }) => undo !== undefined);
  const prediction = predict(surroundings, [], context);
  const limits = stricterLimits(request.guard ?? DEFAULT_LIMITS, experiment);
  const said: string[] = [];
  const guard = createRunGuard({
    look: () => Promise.resolve(surroundings),
    limits,
    prediction,
    say: (line) => void said.push(line),
  });
  const faults: RehearsedFault[] = [];
  let scope: string | undefined;
  for (const activity of experiment.method) {
    lists.length = 0;
    said.length = 0;
    const native = nativeOf(activity, natives);
    if (native === undefined) {
      if (activity.type === 'action') faults.push(notTried(activity, nativeOf(activity, actions), limits));
      continue;
    }
    const rehearsed = await rehearse(activity, { native, guard, stage });
    const { plan } = rehearsed;
    scope ??= plan?.targets[0]?.startsWith('azure:') === true ? scaleSetOf(plan.targets[0]) : undefined;
    faults.push({
      activity: activity.name ?? native.name,
      candidates: [...new Set(lists.flat())],
      chosen: plan?.targets ?? [],
      nodes: plan === undefined ? [] : nodesOfPlan(plan, surroundings.model),
      prediction: [...said],
      status: rehearsed.status,
      why: rehearsed.why,
    });
  }
  return { faults, arm, scope: scope ?? (arm === undefined ? undefined : `/subscriptions/${arm.subscriptionId}`) };
}

const scaleSetOf = (target: string): string => target.slice('azure:'.length).replace(/\/virtualmachines\/[^/]+$/i, '');

/** An action that plans no undo: what it would do is known by doing it only. Of ours it is known at least whether the limits forbid it. */
function notTried({ name, provider }: Activity, native: ActivityDescriptor | undefined, limits: RunGuardLimits): RehearsedFault {
  const none = { candidates: [], chosen: [], nodes: [], prediction: [] };
  const given = isObject(provider) && isObject(provider['arguments']) ? provider['arguments'] : {};
  const refusals = native === undefined ? [] : refusalsOfAction(native, given, limits);
  const activity = name ?? native?.name ?? '';
  if (refusals.length > 0) return { activity, ...none, status: 'refused', why: refusalInWords(refused(refusals)) };
  return { activity, ...none, status: 'not-tried', why: 'what it would do is not known without doing it' };
}

const refusalInWords = (error: unknown): string =>
  `${messageOf(error)}${error instanceof EvenkeelError && error.hint !== undefined ? ` (${error.hint})` : ''}`;

interface Rehearsal {
  readonly native: ActivityDescriptor;
  readonly guard: (plan: UndoPlan) => Promise<void>;
  readonly stage: Stage;
}

async function rehearse(
  activity: Activity,
  { native, guard, stage }: Rehearsal,
): Promise<Pick<RehearsedFault, 'status' | 'why'> & { readonly plan: UndoPlan | undefined }> {
  let plan: UndoPlan | undefined;
  let refusal: string | null = null;
  let failure: string | null = null;
  const method: Activity[] = [{ ...activity, background: false, pauses: {}, controls: [] }];
  const { 'steady-state-hypothesis': _, ...rest } = stage.experiment;
  await runExperiment(
    { ...rest, method, rollbacks: [], controls: [] },
    {
      ...optionsOf(stage),
      // Nothing but the fault and the probes that configuration comes from.
      activities: [native, ...stage.drivers.activities.filter(({ kind }) => kind === 'probe')],
      providers: stage.drivers.providers,
      hypothesisStrategy: 'skip',
      guard: async (wish) => {
        plan = wish;
        try {
          await guard(wish);
        } catch (error) {
          refusal = refusalInWords(error);
        }
        // Whatever the guard says: nothing is written down, so nothing may be done.
        throw new EvenkeelError('REFUSED', 'dry run', { blame: 'input' });
      },
      onEvent: (event) => {
        if (event.type === 'activity-ended') failure = event.message;
        if (event.type === 'aborted') failure = event.message;
      },
    },
  );
  if (refusal !== null) return { plan, status: 'refused', why: refusal };
  if (plan !== undefined) return { plan, status: 'would-act', why: null };
  return { plan, status: 'failed', why: failure };
}
