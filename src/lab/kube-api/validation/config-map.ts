/** Config maps and secrets. Source: ValidateConfigMap, ValidateSecret, pkg/apis/core/validation, 1.36. */
import { sameJson } from '../json.ts';
import type { Problems } from '../problems.ts';
import { configKeyProblems } from './_names.ts';
import { IMMUTABLE } from './_numbers.ts';

type Texts = Readonly<Record<string, string>> | undefined;

export interface ConfigMapFields {
  readonly data?: Texts;
  readonly binaryData?: Texts;
  readonly immutable?: boolean | undefined;
}

export interface SecretFields {
  readonly metadata: { readonly annotations?: Texts };
  readonly data?: Texts;
  readonly type?: string | undefined;
  readonly immutable?: boolean | undefined;
}

const LARGEST_BYTES = 1_048_576;
const FROZEN = 'field is immutable when `immutable` is set';

/** How many bytes a text in base 64 stands for. */
const bytesOf = (base64: string): number =>
  Math.floor((base64.length * 3) / 4) - (base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0);

function validateKeys(data: Texts, path: string, problems: Problems, other: Texts = {}): void {
  for (const key in data) {
    problems.eachInvalid(`${path}[${key}]`, key, configKeyProblems(key));
    if (other[key] !== undefined) problems.invalid(`${path}[${key}]`, key, 'duplicate of key present in binaryData');
  }
}

export function validateConfigMap(map: ConfigMapFields, problems: Problems, previous?: ConfigMapFields): void {
  if (previous?.immutable === true) validateFrozen(map, previous, problems, ['data', 'binaryData']);
  validateKeys(map.data, 'data', problems, map.binaryData);
  validateKeys(map.binaryData, 'binaryData', problems);
  let bytes = 0;
  for (const key in map.data) bytes += Buffer.byteLength(map.data[key] ?? '');
  for (const key in map.binaryData) bytes += bytesOf(map.binaryData[key] ?? '');
  if (bytes > LARGEST_BYTES) problems.tooLongBytes('[]', LARGEST_BYTES);
}

function validateFrozen<T extends { readonly immutable?: boolean | undefined }>(
  next: T,
  previous: T,
  problems: Problems,
  keys: readonly (keyof T & string)[],
): void {
  if (next.immutable !== true) problems.forbidden('immutable', FROZEN);
  for (const key of keys) if (!sameJson(next[key] ?? {}, previous[key] ?? {})) problems.forbidden(key, FROZEN);
}

export function validateSecret(secret: SecretFields, problems: Problems, previous?: SecretFields): void {
  if (previous && previous.type !== secret.type) problems.invalid('type', secret.type ?? '', IMMUTABLE);
  if (previous?.immutable === true) validateFrozen(secret, previous, problems, ['data']);
  validateKeys(secret.data, 'data', problems);
  let bytes = 0;
  for (const key in secret.data) bytes += bytesOf(secret.data[key] ?? '');
  if (bytes > LARGEST_BYTES) problems.tooLongBytes('data', LARGEST_BYTES);
  validateType(secret, problems);
}

const ACCOUNT = 'kubernetes.io/service-account.name';

function validateType({ type = '', data = {}, metadata }: SecretFields, problems: Problems): void {
  const need = (...keys: readonly string[]): void => {
    for (const key of keys) if (data[key] === undefined) problems.required(`data[${key}]`);
  };
  switch (type) {
    case 'kubernetes.io/service-account-token':
      if ((metadata.annotations?.[ACCOUNT] ?? '') === '') problems.required(`metadata.annotations[${ACCOUNT}]`);
      break;
    case 'kubernetes.io/dockercfg':
      validateJson(data, '.dockercfg', problems);
      break;
    case 'kubernetes.io/dockerconfigjson':
      validateJson(data, '.dockerconfigjson', problems);
      break;
    case 'kubernetes.io/basic-auth':
      if (data['username'] === undefined && data['password'] === undefined) need('username', 'password');
      break;
    case 'kubernetes.io/ssh-auth':
      if ((data['ssh-privatekey'] ?? '') === '') problems.required('data[ssh-privatekey]');
      break;
    case 'kubernetes.io/tls':
      need('tls.crt', 'tls.key');
      break;
    default:
  }
}

const REDACTED = '<secret contents redacted>';

function validateJson(data: Readonly<Record<string, string>>, key: string, problems: Problems): void {
  const text = data[key];
  if (text === undefined) return problems.required(`data[${key}]`);
  const problem = jsonProblem(Buffer.from(text, 'base64').toString('utf8'));
  return problem === undefined ? undefined : problems.invalid(`data[${key}]`, REDACTED, problem);
}

/** Why a text is no JSON object, in Go's words where they are few. */
function jsonProblem(text: string): string | undefined {
  if (text.trim() === '') return 'unexpected end of JSON input';
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || (typeof value === 'object' && !Array.isArray(value))) return undefined;
    const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
  } catch {
    const first = /\S/.exec(text)?.[0] ?? '';
    return /[[{"\d-]/.test(first) ? 'unexpected end of JSON input' : `invalid character '${first}' looking for beginning of value`;
  }
}
