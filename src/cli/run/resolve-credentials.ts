/** Finds again, after a run's death, what it signed in with: from its experiment and the environment, or as the runner handed it over. */
import { existsSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { BugError, listInWords, messageOf } from '../../base/index.ts';
import {
  type Experiment,
  type RunCredentials,
  type RunSource,
  type RunSummary,
  loadConfiguration,
  loadSecrets,
} from '../../experiment/index.ts';
import { openVault } from '../../drivers/http/index.ts';
import { loadSource } from '../chaos/load-source.ts';
import type { Settings } from '../chaos/settings.ts';
import { type Variables, readVariables } from '../chaos/variables.ts';
import type { CommandContext } from '../context.ts';
import { clockFor, readLabSession } from '../lab-session.ts';
import { clusterEnv } from './cluster-env.ts';
import type { HandedOver } from './listen-to-runner.ts';
import { fingerprint, placeOf } from './run-source.ts';
import { readStanding } from './standing.ts';

export interface CredentialWish {
  /** What the runner handed over while it lived; nothing is looked up then. */
  readonly handed?: HandedOver | undefined;
  /** The experiment's file, when it is elsewhere now. */
  readonly experiment?: string | undefined;
  /** `name=value` or `name:type=value`, given again. */
  readonly variables?: readonly string[];
  /** Files of variables, if they are elsewhere now. */
  readonly variableFiles?: readonly string[];
}

export interface ResolvedCredentials {
  readonly credentials: RunCredentials;
  /** The run's own context: its cluster, its lab, its clock. */
  readonly context: CommandContext;
  /** What could not be found, each as a sentence with what to do. Mending is tried all the same. */
  readonly missing: readonly string[];
}

/** Nothing is contacted but a vault that the experiment names. What can not be resolved is told, not thrown: the rest may do. */
export async function resolveCredentials(run: RunSummary, wish: CredentialWish, context: CommandContext): Promise<ResolvedCredentials> {
  const { source } = run;
  if (wish.handed !== undefined) {
    const { environment, ...credentials } = wish.handed;
    const asItWas = { ...context, env: { ...context.env, ...environment } };
    return { credentials, context: await whereItRan(source, asItWas), missing: [] };
  }
  const there = await whereItRan(source, context);
  const none = { configuration: {}, secrets: {} };
  if (source === null) return { credentials: none, context: there, missing: [] };
  const given = variablesOf(source, wish, there);
  const within = { ...there, env: { ...there.env, ...given.env } };
  const missing = [...given.missing, ...missingNames(source, given, within)];
  const found = await readAgain(wish.experiment ?? source.file, source, within);
  if (typeof found === 'string') return { credentials: none, context: within, missing: [found, ...missing] };
  const { env, clock, signal } = within;
  const configuration = loadConfiguration(found.configuration, env, given.configuration).values;
  try {
    const vault = openVault({ env, clock, signal, configuration });
    const secrets = (await loadSecrets(found.secrets, env, given.secrets, vault)).values;
    return { credentials: { configuration, secrets }, context: within, missing };
  } catch (thrown) {
    const why = `The run's secrets can not be read from their vault: ${messageOf(thrown)}.`;
    return { credentials: { configuration, secrets: {} }, context: within, missing: [why, ...missing] };
  }
}

interface GivenVariables extends Variables {
  readonly missing: readonly string[];
}

/** From the files that the run had, or those that are named now, and what is given now. */
function variablesOf(source: RunSource, { variables = [], variableFiles = [] }: CredentialWish, { cwd }: CommandContext): GivenVariables {
  const files = variableFiles.length > 0 ? variableFiles.map((file) => resolve(cwd, file)) : source.variableFiles;
  try {
    return { ...readVariables(variables, files), missing: [] };
  } catch (thrown) {
    const why = `The run's variables can not be had (${messageOf(thrown)}): put the file back, or name it with --var-file.`;
    return { ...readVariables(variables, []), missing: [why] };
  }
}

/** Flags of the command line come first, then what the run had, then what the environment says. */
async function whereItRan(source: RunSource | null, context: CommandContext): Promise<CommandContext> {
  const { globals } = context;
  const lab = source?.lab === true && context.env['EVENKEEL_LAB'] !== '1' ? await readLabSession(context.stateFolder) : undefined;
  const isThere = source?.kubeconfig?.split(delimiter).some((path) => existsSync(path)) === true;
  const env = clusterEnv({
    ...context,
    env: {
      ...context.env,
      ...lab?.env,
      ...(isThere ? { KUBECONFIG: source.kubeconfig } : {}),
      ...(source?.context === undefined ? {} : { KUBERNETES_CONTEXT: source.context }),
    },
  });
  const clock = lab === undefined ? context.clock : clockFor(env);
  const kubernetes: CommandContext['kubernetes'] = async () => {
    const { createKubernetesClient, loadKubeconfig } = await import('../../clients/index.ts');
    const login = await loadKubeconfig({ env, path: globals.kubeconfig, context: globals.context ?? source?.context });
    return createKubernetesClient(login, { clock, log: context.log });
  };
  return { ...context, env, clock, kubernetes };
}

/** For the `auths` of addresses only, so settings that can not be read are none. */
function usersSettings(env: CommandContext['env']): Settings {
  try {
    return readStanding({}, { env, cwd: '.' }).settings;
  } catch {
    return {};
  }
}

/** The experiment as it is now, or why it can not be had. A changed one is used, and said. */
async function readAgain(file: string, source: RunSource, context: CommandContext): Promise<Experiment | string> {
  const { clock, random, signal, env, cwd, say, style } = context;
  const undo = { plan: () => Promise.reject(new BugError('nothing is broken by reading an experiment')) };
  const reading = { clock, random, signal, env, configuration: {}, secrets: {}, activityName: '', undo };
  try {
    const { experiment } = await loadSource(placeOf(file, cwd), { env, settings: usersSettings(env), verifyTls: true, context: reading });
    if (fingerprint(experiment) !== source.sha256)
      say(style.warn(`warning: ${file} has changed since the run began; its configuration and secrets are used as they are now`));
    return experiment;
  } catch (thrown) {
    return `The run's experiment, where its secrets stand, can not be had (${messageOf(thrown)}): put it back, or name it with --experiment FILE.`;
  }
}

function missingNames({ env, variables }: RunSource, { configuration }: GivenVariables, context: CommandContext): string[] {
  const unset = env.filter((name) => context.env[name] === undefined);
  const ungiven = variables.filter((name) => !(name in configuration));
  return [
    ...(unset.length === 0 ? [] : [`Set ${listInWords(unset)}: the run took its configuration or secrets from there.`]),
    ...(ungiven.length === 0 ? [] : [`Give ${ungiven.map((name) => `--var ${name}=…`).join(' ')} again, as the run was.`]),
  ];
}
