import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Experiment, RunSource } from '../../experiment/index.ts';
import type { CommandContext } from '../context.ts';
import { clusterEnv } from './cluster-env.ts';

export interface SourceFacts {
  readonly file: string;
  readonly text: string;
  readonly experiment: Experiment;
  /** Names of `--var`. */
  readonly variables: readonly string[];
}

/** Where a run's configuration and secrets come from: names and places, never a value of them. */
export function runSource({ file, text, experiment, variables }: SourceFacts, context: CommandContext): RunSource {
  const env = clusterEnv(context);
  const kubeconfig = env['KUBECONFIG'];
  const contextName = env['KUBERNETES_CONTEXT'];
  return {
    file: resolve(context.cwd, file),
    sha256: sha256(text),
    variables: [...variables],
    variableFiles: [],
    env: [...new Set([...envNames(experiment.configuration), ...envNames(experiment.secrets)])],
    ...(kubeconfig ? { kubeconfig } : {}),
    ...(contextName ? { context: contextName } : {}),
    ...(env['EVENKEEL_LAB'] === '1' ? { lab: true } : {}),
  };
}

/** Tells one text of an experiment from another. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The environment variables that a block names: `{type: env, key: NAME}`, at any depth. */
function envNames(block: unknown): string[] {
  if (typeof block !== 'object' || block === null) return [];
  if ('type' in block && block.type === 'env' && 'key' in block && typeof block.key === 'string') return [block.key];
  return Object.values(block).flatMap(envNames);
}
