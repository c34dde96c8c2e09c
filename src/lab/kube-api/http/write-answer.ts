/** How an answer is put on the wire: JSON or YAML, warnings, the server's own time. Source: apiserver endpoints/handlers/responsewriters and negotiation, 1.36. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../base/index.ts';
import { failure } from '../statuses.ts';
import type { ApiError } from '../types.ts';
import type { Answer } from './types.ts';
import { Written } from './written.ts';

/** A request and what its answer is written with. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly clock: Clock;
  readonly warnings: readonly string[];
}

const PLAIN = ['application/json', 'application/yaml', 'application/*', '*/*'];

/** JSON unless YAML is asked for first; protobuf is read, and not written. Errors: `ApiError` 406 when nothing else will do. */
export function mediaTypeFor({ url = '', headers: { accept = '' } }: IncomingMessage): 'application/json' | 'application/yaml' {
  if (accept === '') return 'application/json';
  const wanted = accept.split(',').map((part) => part.split(';')[0]?.trim() ?? '');
  const first = wanted.find((type) => PLAIN.includes(type));
  if (first === undefined) {
    const streams = /\?|\/[^/]+s$/.test(url) ? ', application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch' : '';
    throw failure({
      code: 406,
      reason: 'NotAcceptable',
      message: `406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf${streams}`,
      details: {},
    });
  }
  return first === 'application/yaml' ? first : 'application/json';
}

/** People with a browser or curl get line breaks. */
function wantsLines({ url = '', headers }: IncomingMessage): boolean {
  // Refusals are written too for an address that is none.
  const asked = URL.canParse(url, 'https://localhost') ? new URL(url, 'https://localhost').searchParams.get('pretty') : null;
  if (asked !== null && asked !== '') return asked === 'true' || asked === '1';
  return /^(curl|Wget|Mozilla\/5\.0)/.test(headers['user-agent'] ?? '');
}

/** Lab time goes into `Date`: a client that compares it with the times of objects has to see one clock. */
function headersOf({ response, clock, warnings }: Exchange): Record<string, string | string[]> {
  response.sendDate = false;
  return {
    date: new Date(clock.now()).toUTCString(),
    'cache-control': 'no-cache, private',
    ...(warnings.length > 0 ? { warning: warnings.map((text) => `299 - ${JSON.stringify(text)}`) } : {}),
  };
}

/** Begins an answer that is written piece by piece. */
export function startStream(exchange: Exchange, contentType: string): void {
  exchange.response.writeHead(200, { ...headersOf(exchange), 'content-type': contentType });
  exchange.response.flushHeaders();
}

export async function writeAnswer(exchange: Exchange, answer: Answer): Promise<void> {
  if (answer === 'streamed') return;
  const { request, response } = exchange;
  const headers = headersOf(exchange);
  if ('text' in answer) {
    response.writeHead(answer.status, { ...headers, 'content-type': 'text/plain; charset=utf-8', ...answer.headers });
    response.end(answer.text);
    return;
  }
  const type = mediaTypeFor(request);
  response.writeHead(answer.status, { ...headers, 'content-type': type, ...answer.headers });
  response.end(type === 'application/yaml' ? await yamlOf(answer.body) : jsonOf(request, answer.body));
}

function jsonOf(request: IncomingMessage, body: unknown): string {
  if (wantsLines(request)) return JSON.stringify(body, undefined, 2);
  return `${body instanceof Written ? body.text() : JSON.stringify(body)}\n`;
}

/** As the server's library has it: keys in order, lists at the level of their key, texts quoted that YAML 1.1 would take for something else. */
async function yamlOf(body: unknown): Promise<string> {
  const { Document } = await import('yaml');
  const document = new Document(body instanceof Written ? body.value() : body, {
    version: '1.1',
    sortMapEntries: true,
    aliasDuplicateObjects: false,
  });
  // The library takes a lone dot, the name of a field's own set, for a number.
  return document.toString({ indentSeq: false }).replace(/^( *)"\.":/gm, '$1.:');
}

/** Answers with the error's status, unless an answer is under way. */
export function writeRefusal(exchange: Exchange, error: ApiError): void {
  const { request, response } = exchange;
  if (response.headersSent) {
    response.end();
    return;
  }
  const headers: Record<string, string | string[]> = { ...headersOf(exchange), 'content-type': 'application/json' };
  if (error.code === 504) headers['retry-after'] = '1';
  if (error.code === 403 && / cannot /.test(error.message)) headers['x-content-type-options'] = 'nosniff';
  response.writeHead(error.code, headers);
  response.end(jsonOf(request, error.status));
  // The rest of a body is read and dropped, so that the connection can be used again; not so of one that is too large.
  if (error.code === 413) response.once('finish', () => request.destroy());
  else request.resume();
}
