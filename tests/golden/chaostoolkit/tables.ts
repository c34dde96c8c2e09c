/** The tables of single rules: each line is one question to one of our functions. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '../../../src/base/index.ts';
import {
  PositionMap,
  cloneJson,
  compilePattern,
  convertInto,
  findValues,
  isObject,
  namesOf,
  readJson,
  readYaml,
  substitute,
  validateExperiment,
  withinTolerance,
  writeJson,
} from '../../../src/experiment/index.ts';
import { encodeUrl } from '../../../src/drivers/http/index.ts';
import type { GoldenCase } from '../golden-suite.ts';

type Row = Record<string, unknown>;
type Table = Row & { cases: Row[] };
type Answer = string | undefined;

const TABLES: Readonly<Record<string, (row: Row, table: Table) => Answer | Promise<Answer>>> = {
  jsonpath: jsonpathRow,
  substitution: substitutionRow,
  tolerance: toleranceRow,
  regex: regexRow,
  yaml: yamlRow,
  'env-types': envRow,
  'http-encoding': httpRow,
};

/** Compares all rows of all tables in a folder. */
export async function* tableCases(folder: string): AsyncIterable<GoldenCase> {
  for (const [name, check] of Object.entries(TABLES)) {
    const text = await readFile(join(folder, `${name}.json`), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    // The collection's own format; `readJson` keeps how numbers were written.
    const table = readJson(text) as Table;
    for (const [index, row] of table.cases.entries()) {
      let why: Answer;
      try {
        why = await check(row, table);
      } catch (thrown) {
        why = `threw ${messageOf(thrown)}`;
      }
      const id = `${name}#${index + 1}`;
      yield { area: `table ${name}`, id, agreed: why === undefined, ...(why === undefined ? {} : { why: `${writeJson(row, 0).slice(0, 200)}: ${why}` }) };
    }
  }
}

function same(found: unknown, wanted: unknown): Answer {
  const [a, b] = [plain(found), plain(wanted)];
  return isDeepStrictEqual(a, b) ? undefined : `got ${JSON.stringify(a)} instead of ${JSON.stringify(b)}`;
}

/** Values that JSON lacks are written as `{"<float>": "nan"}` and so on in the tables. */
function plain(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? (value === 0 ? 0 : value) : { '<float>': Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf' };
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value ?? null;
  const keys = Object.keys(value);
  const [key = ''] = keys;
  if (keys.length === 1 && /^<(date|datetime|bytes)>$/.test(key)) return value[key];
  if (keys.length === 1 && key === '<set>' && Array.isArray(value[key])) return Object.fromEntries(value[key].map((item) => [String(item), null]));
  return Object.fromEntries(keys.map((name) => [name.replace(/^<key \w+> /, ''), plain(value[name])]));
}

function jsonpathRow(row: Row, table: Table): Answer {
  const documents = table['documents'];
  const document = isObject(documents) ? documents[String(row['doc'])] : undefined;
  let values: unknown[];
  try {
    values = findValues(String(row['path']), document);
  } catch (thrown) {
    return row['invalid'] === true || row['crash'] !== undefined ? undefined : messageOf(thrown);
  }
  if (row['crash'] !== undefined) return undefined;
  return row['invalid'] === true ? 'was accepted' : same(values, row['values']);
}

function substitutionRow(row: Row, table: Table): Answer {
  const source = (key: string): Record<string, unknown> => {
    const value = row[key] === 'std' ? table[`std_${key}`] : row[key];
    return isObject(value) ? value : {};
  };
  return same(substitute(row['data'], namesOf(source('configuration'), source('secrets'))), row['result']);
}

async function toleranceRow(row: Row): Promise<Answer> {
  const configuration = isObject(row['configuration']) ? row['configuration'] : {};
  const names = namesOf(configuration, {});
  const holder = cloneJson({ tolerance: row['tolerance'] });
  const { numberNote } = await import('../../../src/experiment/index.ts').then((module) => ({ numberNote: module.notedNumber(row, 'tolerance') }));
  const runProbe = (): Promise<never> => Promise.reject(new Error('no probe here'));
  const result = await withinTolerance({ tolerance: holder.tolerance, note: numberNote, value: row['value'], names, runProbe });
  const wanted = row['crash'] === undefined ? row['met'] : false;
  if (row['valid'] !== false && result.met !== wanted) return `met is ${result.met} instead of ${String(wanted)} (${result.why ?? ''})`;
  const probe = { type: 'probe', name: 'p', provider: { type: 'process', path: 'true' }, tolerance: row['tolerance'] };
  const experiment = { title: 't', description: 'd', 'steady-state-hypothesis': { title: 'h', probes: [probe] }, method: [], configuration };
  const options = { activities: [], providers: [{ type: 'process', validate: () => [], run: () => Promise.resolve(null) }], env: {} };
  const problems = (await validateExperiment(experiment as never, options)).filter((problem) => problem.severity === 'error');
  if (row['valid'] === true) return problems.length === 0 ? undefined : `refused: ${problems[0]?.message ?? ''}`;
  return problems[0]?.message === row['message'] ? undefined : `validation says ${problems[0]?.message ?? 'nothing'}`;
}

function regexRow(row: Row): Answer {
  let found: boolean;
  try {
    found = compilePattern(String(row['pattern'])).search(String(row['text']));
  } catch (thrown) {
    return messageOf(thrown) === row['invalid'] ? undefined : `refused: ${messageOf(thrown)}`;
  }
  return row['invalid'] === undefined ? same(found, row['found']) : 'was accepted';
}

function yamlRow(row: Row): Answer {
  const text = String(row['text']);
  let value: unknown;
  try {
    value = readYaml(text, new PositionMap('table', text));
  } catch (thrown) {
    return row['invalid'] === true || row['crash'] !== undefined ? undefined : messageOf(thrown);
  }
  if (row['crash'] !== undefined) return undefined;
  return row['invalid'] === true ? `was accepted as ${JSON.stringify(value)}` : same(value, row['value']);
}

function envRow(row: Row): Answer {
  const holder: Record<string, unknown> = {};
  try {
    convertInto(holder, 'value', row['text'], row['type']);
  } catch (thrown) {
    return row['error'] === undefined ? `refused: ${messageOf(thrown)}` : undefined;
  }
  // A default of null stays null, and bytes are kept as text: both are wanted (cases config-env-default-null-int, config-env-bytes).
  if (row['error'] !== undefined) return row['text'] === null ? undefined : 'was accepted';
  if (row['type'] === 'bytes') return same(holder['value'], row['text']);
  return same(holder['value'], row['result']);
}

function httpRow(row: Row): Answer {
  if (row['kind'] === 'raw') return undefined;
  return same(encodeUrl(String(row['url']), row['arguments']), row['sent']);
}
