/** Sends a recorded request to the lab, and reads the answer or the watch. */
import type { IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Exchange } from './exchange.ts';
import { substituted, type Replay } from './replay.ts';

export const TOKEN = 'replay';
const WATCH_MS = 700;

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly lines: readonly unknown[];
}
export const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
function bodyOf(replay: Replay, { body, bodyNote }: Exchange['request']): string | undefined {
  if (bodyNote !== undefined) return notedBody(bodyNote);
  if (body === undefined) return undefined;
  return substituted(replay, typeof body === 'string' ? body : JSON.stringify(body));
}

/** A large body that the recording only describes. */
function notedBody(note: string): string {
  const times = Number((/is ([\d,]+) times/.exec(note)?.[1] ?? '0').replaceAll(',', ''));
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'big' }, data: { a: 'x'.repeat(times) } });
}

export async function send(replay: Replay, { request, response, during = [] }: Exchange): Promise<Reply> {
  const watches = response.stream !== undefined;
  const headers: Record<string, string> = { authorization: `Bearer ${TOKEN}` };
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (name.toLowerCase() === 'authorization' && value === '(none)') delete headers['authorization'];
    else headers[name.toLowerCase()] = value;
  }
  const body = bodyOf(replay, request);
  const url = new URL(replay.url);
  return new Promise((resolve, reject) => {
    const path = substituted(replay, request.path);
    let answered = false;
    const call = httpsRequest({ host: url.hostname, port: url.port, path, method: request.method, headers, ca: replay.ca }, (answer) => {
      answered = true;
      let text = '';
      const done = (): void => {
        clearTimeout(timer);
        const lines = watches ? text.split('\n').filter((line) => line !== '').map(parse) : [];
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, lines });
      };
      const timer = setTimeout(
        () => {
          answer.removeAllListeners('end');
          answer.destroy();
          done();
        },
        watches && response.endedByServer !== true ? WATCH_MS : 8000,
      );
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => (text += part));
      answer.on('end', done);
      answer.on('error', done);
      if (watches) void replayDuring(replay, during);
    });
    // A refused body ends the connection; the answer was read before.
    call.on('error', (error) => (answered ? undefined : reject(error)));
    if (body !== undefined) call.setHeader('content-length', Buffer.byteLength(body));
    call.end(body);
  });
}

async function replayDuring(replay: Replay, during: readonly Exchange[]): Promise<void> {
  for (const exchange of during) await send(replay, exchange);
}
