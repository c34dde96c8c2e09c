/** anyOf, oneOf, allOf, not. Source: kube-openapi pkg/validation/validate/schema_props.go, 1.36. */
import type { Finding, Findings, Place } from './finding.ts';
import type { JsonSchema } from './types.ts';

type Check = (value: unknown, schema: JsonSchema, place: Place) => Findings;

interface Gathered {
  readonly list: Finding[];
  matches: number;
}

export function compositeFindings(value: unknown, schema: JsonSchema, { path }: Place, check: Check): Findings {
  const result: Gathered = { list: [], matches: 1 };
  const each = (schemas: readonly JsonSchema[]): readonly Findings[] => schemas.map((item) => check(value, item, { path }));
  const tell = (text: string): void =>
    void result.list.push({ code: 'composite', path: '', value: '', message: `${JSON.stringify(path)} ${text}` });
  if (schema.anyOf !== undefined && schema.anyOf.length > 0) addAny(result, each(schema.anyOf), tell);
  if (schema.oneOf !== undefined && schema.oneOf.length > 0) addOne(result, each(schema.oneOf), tell);
  if (schema.allOf !== undefined && schema.allOf.length > 0) addAll(result, each(schema.allOf), tell);
  if (schema.not !== undefined && isValid(check(value, schema.not, { path }))) tell('must not validate the schema (not)');
  return result;
}

const isValid = ({ list }: Findings): boolean => list.length === 0;

function merge(result: Gathered, found: Findings | undefined): void {
  if (found === undefined) return;
  result.list.push(...found.list);
  result.matches += found.matches;
}

/** The alternative that came furthest; the first of equals. */
function best(results: readonly Findings[]): Findings | undefined {
  let found: Findings | undefined;
  for (const item of results) if (found === undefined || item.matches > found.matches) found = item;
  return found;
}

function addAny(result: Gathered, results: readonly Findings[], tell: (text: string) => void): void {
  const valid = results.find(isValid);
  if (valid === undefined) tell('must validate at least one schema (anyOf)');
  merge(result, valid ?? best(results));
}

function addOne(result: Gathered, results: readonly Findings[], tell: (text: string) => void): void {
  const valid = results.filter(isValid);
  if (valid.length === 1) return merge(result, valid[0]);
  const told = valid.length === 0 ? 'Found none valid' : `Found ${valid.length} valid alternatives`;
  tell(`must validate one and only one schema (oneOf). ${told}`);
  if (valid.length === 0) merge(result, best(results));
}

function addAll(result: Gathered, results: readonly Findings[], tell: (text: string) => void): void {
  const valid = results.filter(isValid).length;
  for (const item of results) merge(result, item);
  if (valid !== results.length) tell(`must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`);
}
