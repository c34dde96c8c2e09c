import { EvenkeelError } from '../../base/index.ts';
import type { Experiment } from '../spec.ts';
import { PositionMap } from './positions.ts';
import type { Positions } from './positions.ts';
import { isObject } from './python-values.ts';
import { readJson } from './read-json.ts';
import { readYaml } from './read-yaml.ts';

export interface LoadedExperiment {
  readonly experiment: Experiment;
  readonly positions: Positions;
}

/**
 * Reads an experiment's text; the ending of `path` says whether it is JSON or YAML. Nothing is checked but that it is an object:
 * see `validateExperiment`.
 *
 * Errors: `INVALID_INPUT` with file, line and column.
 */
export function loadExperiment(text: string, { path }: { readonly path: string }): LoadedExperiment {
  const positions = new PositionMap(path, text);
  const value = readByEnding(text, path, positions);
  if (!isObject(value) || Object.keys(value).length === 0) {
    const empty = value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
    throw new EvenkeelError('INVALID_INPUT', empty ? 'an empty experiment is not an experiment' : 'an experiment must be an object', {
      blame: 'input',
      hint: `Look into ${path}: it needs a title, a description and a method.`,
    });
  }
  // Only its outer shape is known here; every reader of a field checks it, as `validateExperiment` may have been skipped.
  return { experiment: value as Experiment, positions };
}

function readByEnding(text: string, path: string, positions: PositionMap): unknown {
  const ending = /\.[^./\\]*$/.exec(path)?.[0];
  switch (ending) {
    case '.json':
      return readJson(text, positions);
    case '.yaml':
    case '.yml':
      return readYaml(text, positions);
    default:
      throw new EvenkeelError('INVALID_INPUT', `${path}: only files ending in .json, .yaml or .yml are supported`, { blame: 'input' });
  }
}
