/** Reads the protobuf bodies of kubectl's typed clients into plain objects. Source: protobuf wire format; runtime.Unknown of apimachinery. */
import { textOf, type Json } from '../json.ts';
import { badRequest, notImplemented } from '../statuses.ts';
import { MESSAGES } from './protobuf-fields.ts';

const MAGIC = Buffer.from('k8s\0');

interface WireField {
  readonly number: number;
  readonly value: number | Buffer;
}

/** Splits a message into its fields. Errors: `ApiError` 400 when it is torn. */
function* fieldsOf(bytes: Buffer): Generator<WireField> {
  let at = 0;
  const varint = (): number => {
    let result = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 63n) throw badRequest('the protobuf body is torn');
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, result));
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const wireType = tag & 7;
    if (wireType === 0) yield { number: tag >>> 3, value: varint() };
    else if (wireType === 2) {
      const length = varint();
      if (length < 0 || at + length > bytes.length) throw badRequest('the protobuf body is torn');
      yield { number: tag >>> 3, value: bytes.subarray(at, at + length) };
      at += length;
    } else throw badRequest(`the protobuf body has an unknown wire type ${wireType}`);
  }
}

/** Errors: `ApiError` 400 when it is none, 501 for messages and fields that the lab cannot read. */
export function decodeProtobuf(body: Buffer): Json {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) throw badRequest('the body is no protobuf object of Kubernetes');
  let raw = Buffer.alloc(0);
  const type = { apiVersion: '', kind: '' };
  for (const { number, value } of fieldsOf(body.subarray(MAGIC.length))) {
    if (!Buffer.isBuffer(value)) continue;
    if (number === 2) raw = Buffer.from(value);
    if (number !== 1) continue;
    for (const field of fieldsOf(value)) {
      if (field.number === 1) type.apiVersion = String(field.value);
      if (field.number === 2) type.kind = String(field.value);
    }
  }
  const versioned = `${type.apiVersion} ${type.kind}`;
  return { ...message(versioned in MESSAGES ? versioned : type.kind, raw), ...type };
}

function message(name: string, bytes: Buffer): Json {
  const table = MESSAGES[name];
  if (table === undefined) throw notImplemented(`reading a ${name} in protobuf (send JSON)`);
  const result: Json = {};
  for (const { number, value } of fieldsOf(bytes)) {
    const field = table.get(number);
    if (field === undefined) throw notImplemented(`reading field ${number} of a ${name} in protobuf (send JSON)`);
    const { name: key, type } = field;
    if (key === '*') Object.assign(result, single(type, value));
    else if (type.startsWith('{}')) Object.assign((result[key] ??= {}) as Json, mapEntry(type.slice(2), value));
    else if (type.startsWith('[]')) result[key] = [...((result[key] ?? []) as unknown[]), single(type.slice(2), value)];
    else result[key] = single(type, value);
  }
  return cleaned(result);
}

function single(type: string, value: number | Buffer): unknown {
  if (type === 'bool') return value === 1;
  if (!Buffer.isBuffer(value)) return value;
  if (type === 'string') return value.toString('utf8');
  if (type === 'bytes') return value.toString('base64');
  const inner = message(type, value);
  if (type === 'Time')
    return Object.keys(inner).length === 0 ? undefined : `${new Date(Number(inner['seconds'] ?? 0) * 1000).toISOString().slice(0, 19)}Z`;
  if (type === 'FieldsV1') return JSON.parse(Buffer.from(textOf(inner['raw'] ?? 'e30='), 'base64').toString('utf8'));
  if (type === 'Quantity') return inner['string'] ?? '0';
  if (type === 'IntOrString') return inner['type'] === 1 ? (inner['strVal'] ?? '') : (inner['intVal'] ?? 0);
  return inner;
}

function mapEntry(type: string, value: number | Buffer): Json {
  let key = '';
  let held: unknown = '';
  if (Buffer.isBuffer(value)) {
    for (const field of fieldsOf(value)) {
      if (field.number === 1) key = String(field.value);
      else held = single(type, field.value);
    }
  }
  return { [key]: held };
}

/** Fields that are no pointers: their zero stands for nothing. */
const PLAIN = new Set(
  'hostNetwork hostPID hostIPC stdin stdinOnce tty readOnly hostPort initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold observedGeneration'.split(
    ' ',
  ),
);

/** Go writes empty texts and zeros of plain fields; in JSON they would be left out. */
function cleaned(object: Json): Json {
  const isNothing = (key: string, value: unknown): boolean =>
    value === '' || value === undefined || (PLAIN.has(key) && (value === 0 || value === false));
  return Object.fromEntries(Object.entries(object).filter(([key, value]) => !isNothing(key, value)));
}
