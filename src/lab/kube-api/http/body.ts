/** Reading request bodies: limits, media types, and the complaints of the real decoder. */
import type { IncomingMessage } from 'node:http';
import { messageOf } from '../../../base/index.ts';
import { isObject, type Json } from '../json.ts';
import { badRequest, failure } from '../statuses.ts';
import { decodeProtobuf } from './decode-protobuf.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const LIMIT_BYTES = 3 * 1024 * 1024;
const CUT_OFF_BYTES = 64 * 1024 * 1024;

const tooLarge = (): Error =>
  failure({ code: 413, reason: 'RequestEntityTooLarge', message: `Request entity too large: limit is ${LIMIT_BYTES}` });

/** Reads the whole body as text. Errors: `ApiError` 413 above 3 MiB. */
export async function readText(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    const piece = part as Buffer; // no encoding is set on the request
    size += piece.length;
    // What is too large is read on and dropped, so that the answer reaches a client that is still sending.
    if (size <= LIMIT_BYTES) parts.push(piece);
    else if (size > CUT_OFF_BYTES) throw tooLarge();
  }
  if (size > LIMIT_BYTES) throw tooLarge();
  const bytes = Buffer.concat(parts);
  // From here on a body is JSON or YAML text, however it came.
  return mediaTypeOf(request) === PROTOBUF && bytes.length > 0 ? JSON.stringify(decodeProtobuf(bytes)) : bytes.toString('utf8');
}

export const mediaTypeOf = (request: IncomingMessage): string =>
  (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? '';

/** Parses JSON or YAML text into an object. Errors: `ApiError` 400, 415. */
export async function parseObject(text: string, mediaType: string, kind: string): Promise<Json> {
  const unrecognized = (why: string): Error =>
    badRequest(`the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${why}`);
  if (mediaType === 'application/yaml' || mediaType === 'application/apply-patch+yaml') {
    const { parse } = await import('yaml');
    try {
      const value: unknown = parse(text);
      if (isObject(value)) return value;
    } catch (error) {
      throw badRequest(`error decoding YAML: ${messageOf(error)}`);
    }
    throw unrecognized('json: cannot unmarshal into Go value of type struct');
  }
  if (mediaType !== 'application/json' && mediaType !== PROTOBUF) throw unsupportedBody();
  if (text === '') throw unrecognized('unexpected end of JSON input (<empty>)');
  const value = parseJson(text);
  if (value === undefined) throw unrecognized(`unexpected end of JSON input (${text})`);
  if (isObject(value)) return value;
  const type = Array.isArray(value) ? 'array' : typeof value;
  const struct = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
  throw unrecognized(`json: cannot unmarshal ${type} into Go value of type ${struct} (${Buffer.from(text).toString('hex')})`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON value is undefined, so the caller can tell
  }
}

export const unsupportedBody = (): Error =>
  failure({
    code: 415,
    reason: 'UnsupportedMediaType',
    message:
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  });
