import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

/** An experiment to spoil: its text, and what it means. */
export interface FuzzSeed {
  readonly path: string;
  readonly text: string;
  readonly value: unknown;
}

const EXAMPLES = 'examples/experiments';
const RECORDED = ['../shared/golden/chaostoolkit', 'tests/golden/chaostoolkit/recorded'];

/** The examples and the experiments of the recorded cases (all of them where they lie, else the project's part), in the same order each time. */
export function readFuzzSeeds(): readonly FuzzSeed[] {
  const examples = filesIn(EXAMPLES).map((name) => ({ path: name, text: readFileSync(join(EXAMPLES, name), 'utf8') }));
  const folder = RECORDED.map((path) => resolve(path)).find(existsSync);
  const cases =
    folder === undefined
      ? []
      : filesIn(folder)
          .filter((name) => name.endsWith('.json'))
          .flatMap((name) => experimentsOf(join(folder, name)));
  return [...examples, ...cases].flatMap(({ path, text }) => {
    try {
      const value: unknown = parse(text);
      return typeof value === 'object' && value !== null ? [{ path, text, value }] : [];
    } catch {
      return [];
    }
  });
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /\.(json|ya?ml)$/.test(name))
    .toSorted();

function experimentsOf(file: string): { readonly path: string; readonly text: string }[] {
  const { files = {} } = JSON.parse(readFileSync(file, 'utf8')) as { files?: Record<string, string> }; // README of the recordings
  return Object.entries(files)
    .filter(([path]) => /\.(json|ya?ml)$/.test(path))
    .map(([path, text]) => ({ path, text }));
}
