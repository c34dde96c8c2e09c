import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseAllDocuments } from 'yaml';
import { EvenkeelError, createRandom, makeFolder } from '../../base/index.ts';
import { type KubernetesClient, createKubernetesClient, loadKubeconfig } from '../../clients/index.ts';
import { type KubeObject, resourceOf } from '../../kubernetes/index.ts';
import type { HardeningPlan } from '../../hardening/index.ts';
import { applyPlan, makePlan } from '../commands/harden.ts';
import { renderReport } from '../commands/report.ts';
import { tellOutcome } from '../commands/run.ts';
import { spreadCommand } from '../commands/spread.ts';
import { whatIfCommand } from '../commands/what-if.ts';
import type { CommandContext } from '../context.ts';
import { examplePath } from '../example-path.ts';
import { waitForTargets } from '../harden/wait-for-rollouts.ts';
import { renderPlan } from '../output/render-plan.ts';
import { type ExecutedRun, executeRun } from '../run/execute-run.ts';
import { clockFor } from '../lab-session.ts';
import { startLabProcess } from './start-lab-process.ts';
import { createTeller } from './tour-teller.ts';

/** Lab seconds per second: fast enough for a story of some twelve minutes, slow enough for every time limit to mean something. */
const SPEED = 20;

export interface TourRequest {
  readonly folder: string;
  readonly seed: string;
  readonly report: string;
}

/** Plays the story. Each chapter is a command that a user could type; its text says which. Result: the exit code. */
export async function playTour({ folder, seed, report }: TourRequest, outer: CommandContext): Promise<number> {
  const started = performance.now();
  await makeFolder(folder);
  const lab = await startLabProcess({ speed: SPEED, seed, folder: join(folder, 'lab') });
  try {
    const context = labContext({ ...outer, stateFolder: join(folder, 'state') }, lab.env, seed);
    const tell = createTeller(context);
    tell.opening({ app: lab.env['APP_ENDPOINT'] ?? '', seed, speed: SPEED });
    const before = await chapterBefore(tell, context, folder);
    const plan = await chapterHarden(tell, context, folder);
    await chapterMoveDatabase(tell, context);
    const after = await chapterAfter(tell, context, folder);
    await writeReport({ before, plan, after, report }, context);
    tell.closing(before, after, performance.now() - started);
    context.print(resolve(context.cwd, report));
    return after.outcome === 'as-hoped' ? 0 : after.outcome === 'undo-incomplete' ? 5 : 1;
  } finally {
    await lab.stop();
  }
}

const NAMESPACE = 'contactsapp';
const EXPERIMENT = 'experiments/node-down.yaml';
const JOURNEY = 'journeys/contacts.yaml';
const DATABASE_PATCH = 'manifests/contactsapp/managed-database/ca-deploy.patch.yaml';

/** The commands' context inside the tour: the lab's environment and clock, its namespace, nothing to confirm. Its runs are no runs of the user's. */
function labContext(outer: CommandContext, labEnv: Readonly<Record<string, string>>, seed: string): CommandContext {
  const env = { ...outer.env, ...labEnv };
  const clock = clockFor(env);
  let client: Promise<KubernetesClient> | undefined;
  const globals = { ...outer.globals, namespace: NAMESPACE, allNamespaces: false, output: 'table', seed, yes: true } as const;
  return {
    ...outer,
    globals,
    env,
    clock,
    random: createRandom(seed),
    // The story is for people: all of it goes to standard error, the report's path alone to standard output.
    kubernetes: () => (client ??= loadKubeconfig({ env }).then((login) => createKubernetesClient(login, { clock, log: outer.log }))),
  };
}

type Teller = ReturnType<typeof createTeller>;

async function chapterBefore(tell: Teller, context: CommandContext, folder: string): Promise<ExecutedRun> {
  tell.chapter('Where do the pods sit?', `evenkeel --lab spread -n ${NAMESPACE}`);
  await spreadCommand.run?.({ args: [], options: {} }, told(context));
  tell.chapter('What happens when one node is down?', `evenkeel --lab what-if -n ${NAMESPACE} -j examples/${JOURNEY}`);
  await whatIfCommand.run?.({ args: [], options: { journey: [examplePath(JOURNEY)] } }, told(context));
  tell.chapter('Is that true?', `evenkeel --lab run examples/${EXPERIMENT} -j examples/${JOURNEY}`);
  return experiment('before', context, folder);
}

async function chapterHarden(tell: Teller, context: CommandContext, folder: string): Promise<HardeningPlan> {
  tell.chapter('Make it survive', `evenkeel --lab harden -n ${NAMESPACE} --apply`);
  const plan = await makePlan({}, context);
  context.say(renderPlan(plan, context.style));
  context.say('');
  await applyPlan(plan, { forceConflicts: true }, context);
  await writeFile(join(folder, 'plan.json'), JSON.stringify({ ...plan, modelAfter: undefined }, null, 2));
  return plan;
}

/** The single point of failure that no replica count removes: the database in the cluster. The workshop's way out is a managed one. */
async function chapterMoveDatabase(tell: Teller, context: CommandContext): Promise<void> {
  tell.chapter(
    'Remove the single point of failure: move the contacts to a managed database',
    `kubectl patch -n ${NAMESPACE} deployment ca-deploy --patch-file examples/${DATABASE_PATCH}\n$ kubectl scale -n ${NAMESPACE} deployment mssql-deployment --replicas=0`,
  );
  const client = await context.kubernetes();
  const deployments = resourceOf('Deployment');
  if (!deployments) throw new EvenkeelError('UNSUPPORTED', 'deployments are unknown', { blame: 'environment' });
  const [patch] = parseAllDocuments(await readFile(examplePath(DATABASE_PATCH), 'utf8'));
  await client.patch<KubeObject>(deployments, NAMESPACE, 'ca-deploy', patch?.toJS(), {
    type: 'strategic',
    fieldManager: 'evenkeel-tour',
    signal: context.signal,
  });
  await waitForTargets([{ kind: 'Deployment', namespace: NAMESPACE, name: 'ca-deploy' }], client, context);
  await client.patch<KubeObject>(
    deployments,
    NAMESPACE,
    'mssql-deployment',
    { spec: { replicas: 0 } },
    { type: 'merge', signal: context.signal },
  );
  await waitForTargets([{ kind: 'Deployment', namespace: NAMESPACE, name: 'mssql-deployment' }], client, context);
}

async function chapterAfter(tell: Teller, context: CommandContext, folder: string): Promise<ExecutedRun> {
  tell.chapter('Did it help?', `evenkeel --lab spread -n ${NAMESPACE}; evenkeel --lab what-if -n ${NAMESPACE} -j examples/${JOURNEY}`);
  await spreadCommand.run?.({ args: [], options: {} }, told(context));
  context.say('');
  await whatIfCommand.run?.({ args: [], options: { journey: [examplePath(JOURNEY)] } }, told(context));
  tell.chapter('Is that true?', `evenkeel --lab run examples/${EXPERIMENT} -j examples/${JOURNEY}`);
  return experiment('after', context, folder);
}

/** Inside the story, data is part of what is told. */
const told = (context: CommandContext): CommandContext => ({ ...context, print: context.say });

async function experiment(label: 'before' | 'after', context: CommandContext, folder: string): Promise<ExecutedRun> {
  const journalPath = join(folder, `${label}.json`);
  const run = await executeRun(
    {
      file: examplePath(EXPERIMENT),
      journeyFiles: [examplePath(JOURNEY)],
      journalPath,
      leadMs: 20_000,
      watchdog: false,
      options: {},
    },
    { ...context, random: context.random.fork(label) },
  );
  tellOutcome(run, undefined, context);
  return run;
}

async function writeReport(
  { before, plan, after, report }: { before: ExecutedRun; plan: HardeningPlan; after: ExecutedRun; report: string },
  context: CommandContext,
): Promise<void> {
  const text = await renderReport(
    {
      title: 'The contacts application while one node is down',
      runs: [
        { label: 'before', journal: before.journal },
        { label: 'after', journal: after.journal },
      ],
      plan,
      notes: [
        'Between the runs the plan was applied, and the contacts were moved from the database in the cluster to a managed one outside the nodes.',
      ],
      generatedAt: new Date().toISOString(),
    },
    'html',
  );
  await writeFile(resolve(context.cwd, report), text);
}
