import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Experiment, RunSource } from '../../experiment/index.ts';
import type { CommandContext } from '../context.ts';

export interface SourceFacts {
  /** A file, or an address. */
  readonly file: string;
  readonly experiment: Experiment;
  /** Names of `--var`. */
  readonly variables: readonly string[];
  /** Files of `--var-file`. */
  readonly variableFiles?: readonly string[];
}

/** Where a run's configuration and secrets come from: names and places, never a value of them. `env` leads to its cluster. */
export function runSource({ file, experiment, variables, variableFiles = [] }: SourceFacts, { env, cwd }: Place): RunSource {
  const kubeconfig = env['KUBECONFIG'];
  const contextName = env['KUBERNETES_CONTEXT'];
  return {
    file: withoutSecrets(placeOf(file, cwd)),
    sha256: fingerprint(experiment),
    variables: [...variables],
    variableFiles: variableFiles.map((path) => resolve(cwd, path)),
    env: [...new Set([...envNames(experiment.configuration), ...envNames(experiment.secrets)])],
    ...(kubeconfig ? { kubeconfig } : {}),
    ...(contextName ? { context: contextName } : {}),
    ...(env['EVENKEEL_LAB'] === '1' ? { lab: true } : {}),
  };
}

type Place = Pick<CommandContext, 'env' | 'cwd'>;

/** A file as an absolute path, an address as it is. */
export const placeOf = (file: string, cwd: string): string => (URL_START.test(file) ? file : resolve(cwd, file));

const URL_START = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;

/** An address may carry a password or a signature: these are left out. */
function withoutSecrets(place: string): string {
  if (!URL_START.test(place) || !URL.canParse(place)) return place;
  const url = new URL(place);
  url.username = url.password = url.search = url.hash = '';
  return url.href;
}

/** Tells one experiment from another, however it is written. */
export const fingerprint = (experiment: Experiment): string => createHash('sha256').update(JSON.stringify(experiment)).digest('hex');

/** The environment variables that a block can not do without: `{type: env, key: NAME}`, at any depth, with no default. */
function envNames(block: unknown): string[] {
  if (typeof block !== 'object' || block === null) return [];
  if ('type' in block && block.type === 'env')
    return 'key' in block && typeof block.key === 'string' && !('default' in block) ? [block.key] : [];
  return Object.values(block).flatMap(envNames);
}
