import { hostname, platform, release } from 'node:os';
import { resolve } from 'node:path';
import { EvenkeelError, formatDuration, messageOf, plural } from '../../base/index.ts';
import type { ClusterModel } from '../../cluster/index.ts';
import type { KubernetesClient } from '../../clients/index.ts';
import {
  type Experiment,
  type Journal,
  type RunEvent,
  type RunOptions,
  type RunOutcome,
  type RunSource,
  createJournalFile,
  openRunStore,
  runExperiment,
} from '../../experiment/index.ts';
import { openVault } from '../../drivers/http/index.ts';
import { observeCluster } from '../../drivers/kubernetes/index.ts';
import { type HostAddresses, type JourneyRecord, type JourneySpec, verdictOfAll } from '../../journeys/index.ts';
import type { JournalSections } from '../../report/index.ts';
import { clockSettingsFor, sweep } from '../../whatif/index.ts';
import type { CommandContext } from '../context.ts';
import { lookUpHosts, pathsOf, readJourneys, resolverOf } from '../journey-files.ts';
import { namespaceFor, takeModel } from '../take-model.ts';
import { version } from '../version.ts';
import { clusterEnv } from './cluster-env.ts';
import { awaitReady } from './await-ready.ts';
import { strategiesIn } from '../chaos/settings.ts';
import { renderDownAlready } from '../output/render-predictions.ts';
import { composeDrivers, type Drivers } from './compose-drivers.ts';
import { confirmChange } from './confirm-change.ts';
import { type EventLog, openEventLog } from './event-log.ts';
import { guardActivities } from './guard-activities.ts';
import { DEFAULT_LIMITS, type RunGuardLimits, stricterLimits } from './guard-limits.ts';
import { openRunView, type RunTelling } from './open-run-view.ts';
import { createImpatience } from './impatience.ts';
import { createRunGuard, type GuardedCluster } from './run-guard.ts';
import { type JourneysBeside, startJourneysBeside } from './run-journeys.ts';
import { runSource } from './run-source.ts';
import { createRunNotifier } from './run-notifier.ts';
import { createRunTimeline } from './run-timeline.ts';
import { spreadSection } from './spread-section.ts';
import { type ReadingOptions, readValidExperiment } from './load-valid-experiment.ts';
import type { Standing } from './standing.ts';
import { startWatchdog } from './start-watchdog.ts';

export interface RunRequest {
  readonly file: string;
  readonly journeyFiles: readonly string[];
  readonly journalPath: string;
  /** How long journeys are measured before the method and after the undo. */
  readonly leadMs: number;
  /** What it may take at most; absent: one node. */
  readonly guard?: RunGuardLimits;
  /** How it is told; absent: in plain lines. */
  readonly telling?: RunTelling;
  /** A file for the events, as JSON lines. */
  readonly eventsPath?: string | undefined;
  /** A process that takes over when this one is killed. */
  readonly watchdog: boolean;
  readonly options: Pick<
    RunOptions,
    'dry' | 'failFast' | 'hypothesisFrequency' | 'hypothesisStrategy' | 'rollbackStrategy' | 'variables' | 'secretVariables'
  >;
  /** Files of `--var-file`, absolute: the undo log says where they were. */
  readonly variableFiles?: readonly string[];
  /** What the user's settings and control files say; absent: nothing. */
  readonly standing?: Standing;
}

/** What a finished run hands on. */
export interface ExecutedRun {
  readonly journal: Journal;
  readonly outcome: RunOutcome;
}

/** What is known of the cluster before the run; undefined where there is none to ask. */
export interface Surroundings {
  readonly client: KubernetesClient | undefined;
  readonly model: ClusterModel | undefined;
  readonly namespace: string | undefined;
  /** Why a cluster that there is could not be looked at; absent when it was, or when there is none. */
  readonly blind?: string;
}

/** Runs an experiment with everything around it: prediction, confirmation, guard, watchdog, journeys, observers, journal. */
export async function executeRun(request: RunRequest, context: CommandContext): Promise<ExecutedRun> {
  return play(await unlessInterrupted(context, () => prepare(request, context)));
}

/** Everything before the run begins; nothing is changed. */
async function prepare(request: RunRequest, context: CommandContext): Promise<Play> {
  const drivers = composeDrivers(context, request.standing?.controls);
  const experiment = await readValidExperiment(request.file, readingOf(request, drivers), context);
  const variables = Object.keys(request.options.variables ?? {});
  const { file, variableFiles = [] } = request;
  const source = runSource({ file, experiment, variables, variableFiles }, { env: clusterEnv(context), cwd: context.cwd });
  const journeys = await readJourneys(request.journeyFiles, context);
  const surroundings = await lookAround(context);
  const hosts = await lookUpHosts(journeys, context.env);
  const prediction = predict(surroundings, journeys, context, hosts);
  if (actsOnSomething(experiment, request.options.dry)) {
    tellPrediction(prediction, context);
    await confirmChange(
      `Run '${experiment.title}' against ${surroundings.client?.target.server ?? 'Azure'}?`,
      { client: surroundings.client, ownSecrets: Object.keys(experiment.secrets ?? {}).length > 0 },
      context,
    );
  }
  return { request, experiment, source, drivers, journeys, hosts, surroundings, prediction, context };
}

/** What reading the experiment of a request takes. */
export function readingOf({ options, standing }: RunRequest, drivers: Drivers): ReadingOptions {
  const { variables, secretVariables } = options;
  return { drivers, variables, secretVariables, settings: standing?.settings ?? {}, isRun: true };
}

/** Errors: `CANCELLED` in plain words when Ctrl-C came first, whatever it cut. */
async function unlessInterrupted<T>({ signal }: CommandContext, work: () => Promise<T>): Promise<T> {
  const untouched = (cause: unknown): EvenkeelError =>
    new EvenkeelError('CANCELLED', 'interrupted before the run began', {
      blame: 'input',
      hint: 'Nothing was begun, nothing was changed.',
      cause,
    });
  try {
    const done = await work();
    if (signal.aborted) throw signal.reason;
    return done;
  } catch (thrown) {
    throw signal.aborted ? untouched(thrown) : thrown;
  }
}

/** Looks at the cluster, if there is one. */
export async function lookAround(context: CommandContext): Promise<Surroundings> {
  try {
    const client = await context.kubernetes();
    return { client, model: await takeModel(context), namespace: await namespaceFor(context) };
  } catch (error) {
    if (error instanceof EvenkeelError && error.code === 'CANCELLED') throw error;
    context.say(context.style.warn(`warning: no cluster to look at (${messageOf(error)}): no prediction, no view of nodes and endpoints`));
    const none = { client: undefined, model: undefined, namespace: undefined };
    const isThere = error instanceof EvenkeelError && ['TIMED_OUT', 'UNREACHABLE', 'DENIED', 'TARGET_FAILED'].includes(error.code);
    return isThere ? { ...none, blind: messageOf(error) } : none;
  }
}

/** The cluster as it is now; where there was none before, there is none. */
async function lookAgain(before: Surroundings, context: CommandContext): Promise<GuardedCluster> {
  if (before.client === undefined) return before;
  try {
    const model = await takeModel(context);
    const gaps = model.snapshot.gaps.filter(({ kind }) => kind === 'Node' || kind === 'Pod');
    const blind = gaps.map(({ kind, reason }) => `${kind}: ${reason}`).join('; ');
    return { model, ...(gaps.length === 0 ? {} : { blind }) };
  } catch (error) {
    return { model: undefined, blind: messageOf(error) };
  }
}

/** What each node's failure would do. */
export function predict(
  { model, namespace }: Surroundings,
  journeys: readonly JourneySpec[],
  context: CommandContext,
  hosts?: HostAddresses,
): NonNullable<JournalSections['prediction']> {
  if (model === undefined) return [];
  return sweep(model, {
    random: context.random.fork('what-if'),
    settings: clockSettingsFor(model.snapshot.serverVersion),
    journeys: pathsOf(journeys, model, { env: context.env, ...(hosts === undefined ? {} : { known: hosts }) }),
    namespace,
  });
}

/** Whether the method does more than look. What an action of another program or package does can not be known, so each counts. */
function actsOnSomething({ method }: Experiment, dry: RunOptions['dry']): boolean {
  if (dry === 'actions' || dry === 'activities') return false;
  return method.some(({ type }) => type !== 'probe');
}

function tellPrediction(prediction: NonNullable<JournalSections['prediction']>, { say, style }: CommandContext): void {
  if (prediction.length === 0) return;
  const down = prediction.filter((one) => one.verdict === 'down').length;
  const words =
    down === 0
      ? style.good('no single node failure takes a service down')
      : style.bad(`${down} of ${plural(prediction.length, 'node failure')} ${down === 1 ? 'takes' : 'take'} a service down`);
  for (const line of renderDownAlready(prediction, style)) if (line !== '') say(line);
  say(`Prediction: ${words}.`);
}

interface Play {
  readonly request: RunRequest;
  readonly experiment: Experiment;
  readonly source: RunSource;
  readonly drivers: Drivers;
  readonly journeys: readonly JourneySpec[];
  readonly hosts: HostAddresses;
  readonly surroundings: Surroundings;
  readonly prediction: NonNullable<JournalSections['prediction']>;
  readonly context: CommandContext;
}

async function play({
  request,
  experiment,
  source,
  drivers,
  journeys,
  hosts,
  surroundings,
  prediction,
  context: outer,
}: Play): Promise<ExecutedRun> {
  const { model, namespace } = surroundings;
  const timeline = createRunTimeline(model);
  let beside: JourneysBeside | undefined;
  const limits = stricterLimits(request.guard ?? DEFAULT_LIMITS, experiment);
  const warn = (message: string): void => outer.log.warning(message);
  const events: EventLog | undefined =
    request.eventsPath === undefined ? undefined : openEventLog(resolve(outer.cwd, request.eventsPath), warn);
  const pulses = (): ReturnType<JourneysBeside['pulses']> => beside?.pulses(outer.clock.now()) ?? [];
  const view = await openRunView(outer, { telling: request.telling ?? 'plain', experiment, journeys: pulses });
  const { context } = view;
  const impatience = createImpatience(context);
  const observing = new AbortController();
  const observation =
    surroundings.client === undefined
      ? undefined
      : observeCluster(surroundings.client, {
          namespace,
          clock: context.clock,
          signal: observing.signal,
          onEvent: (event) => timeline.add(event),
        });
  const spread = model === undefined ? undefined : spreadSection(model, namespace);
  const measure = async (ms: number, when: string): Promise<void> => {
    if (beside === undefined || journeys.length === 0 || ms === 0 || context.signal.aborted) return;
    context.say(`Measuring ${plural(journeys.length, 'journey')} for ${formatDuration(ms)} ${when} …`);
    await context.clock.sleep(ms, context.signal).catch(() => {});
  };
  const measured = (): readonly JourneyRecord[] => beside?.records(timeline.during(), timeline.actedAtMs()) ?? [];
  let runId = '';
  let watched = false;
  const onEvent = (event: RunEvent): void => {
    timeline.onRunEvent(event);
    events?.add(event);
    view.onEvent(event);
    impatience.onEvent(event);
    if (event.type === 'run-started') runId = event.runId;
  };
  const settings = request.standing?.settings ?? {};
  const notify = createRunNotifier(settings, drivers.python, context);
  const guard = createRunGuard({ look: () => lookAgain(surroundings, context), limits, prediction, say: context.say });
  try {
    await notify.started(experiment);
    const ended = await runExperiment(experiment, {
      ...request.options,
      ...strategiesIn(settings),
      settings,
      activities: guardActivities(drivers.activities, limits),
      providers: drivers.providers,
      undos: drivers.undos,
      controls: drivers.controls,
      vault: openVault,
      clock: context.clock,
      random: context.random,
      log: context.log,
      env: clusterEnv(context),
      signal: context.signal,
      secondSignal: impatience.signal,
      store: openRunStore(context.stateFolder, { source }),
      journal: createJournalFile(resolve(context.cwd, request.journalPath)),
      manner: 'evenkeel',
      guard: async (plan, _activity, credentials) => {
        await guard(plan);
        // Before the first thing is written down to be mended, hence before it is broken.
        if (request.watchdog && !watched) startWatchdog(runId, credentials, context);
        watched = true;
      },
      hook: async (moment) => {
        if (moment === 'start') await awaitReady(observation?.ready, context);
        else if (moment === 'method') {
          beside = startJourneysBeside(journeys, model === undefined ? undefined : resolverOf(model, hosts), context);
          await measure(request.leadMs, 'before the method');
        } else if (moment === 'undone') {
          await measure(request.leadMs, 'more, now that all is over');
          await beside?.stop();
        } else if (moment === 'end') {
          observing.abort();
          for (const blind of (await observation?.done) ?? []) context.say(context.style.warn(`warning: not seen: ${blind}`));
        }
      },
      onEvent,
      measured: () => verdictOfAll(measured()),
      sections: (): Readonly<Record<string, unknown>> => {
        const sections: JournalSections = {
          ...(spread === undefined ? {} : { spread }),
          prediction,
          journeys: measured(),
          timeline: timeline.events,
          faults: timeline.faults(),
        };
        return { ...sections };
      },
      platform: { platform: `${platform()}-${release()}`, node: hostname(), version },
    });
    await notify.ended(ended);
    if (ended.outcome === 'undo-incomplete' && watched) context.say(`The watchdog goes on trying; ${context.program} runs says when.`);
    return ended;
  } catch (thrown) {
    await notify.failed(thrown);
    throw thrown;
  } finally {
    impatience.stop();
    observing.abort();
    await beside?.stop();
    view.stop();
    events?.close();
    await drivers.stop();
  }
}
