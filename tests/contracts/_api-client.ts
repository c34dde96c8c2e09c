/** The few requests that tests send by hand, over one kept connection; watches are read line by line. */
import { Agent, request } from 'node:https';
import { ADMIN_TOKEN, type TestServer } from './_kube-api-server.ts';

export type Json = Record<string, unknown>;

export interface Reply {
  readonly status: number;
  readonly body: Json;
}

export interface ApiClient {
  send(method: string, path: string, options?: { readonly body?: unknown; readonly type?: string }): Promise<Reply>;
  /** Collects events until `isLast` says so, the server ends the stream, or `stop` aborts. */
  watch(path: string, isLast: (event: Json) => boolean, stop: AbortSignal): Promise<readonly Json[]>;
  close(): void;
}

/** `headers` beyond, or instead of, the administrator's. */
export function createApiClient({ url, ca }: Pick<TestServer, 'ca' | 'url'>, headers: Readonly<Record<string, string>> = {}): ApiClient {
  const agent = new Agent({ keepAlive: true, ca });
  const open = (method: string, path: string, type = 'application/json') =>
    request(`${url}${path}`, {
      method,
      agent,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': type, accept: 'application/json', ...headers },
    });
  return {
    send: (method, path, { body, type } = {}) =>
      new Promise((resolve, reject) => {
        const call = open(method, path, type);
        call.on('error', reject);
        call.on('response', (answer) => {
          let text = '';
          answer.setEncoding('utf8');
          answer.on('data', (part: string) => (text += part));
          answer.on('end', () => {
            if (text.startsWith('{')) resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) as Json }); // it is an object
            else reject(new Error(`${method} ${path} was answered with ${answer.statusCode} ${JSON.stringify(text)}`));
          });
        });
        if (body === undefined) return void call.end();
        const text = JSON.stringify(body);
        call.setHeader('content-length', Buffer.byteLength(text));
        return void call.end(text);
      }),
    watch: (path, isLast, stop) =>
      new Promise((resolve) => {
        const events: Json[] = [];
        const call = open('GET', path);
        const done = (): void => {
          stop.removeEventListener('abort', done);
          resolve(events);
          call.destroy();
        };
        stop.addEventListener('abort', done);
        call.on('error', done);
        call.on('response', (answer) => {
          let rest = '';
          answer.setEncoding('utf8');
          answer.on('error', done);
          answer.on('end', done);
          answer.on('data', (part: string) => {
            const lines = (rest + part).split('\n');
            rest = lines.pop() ?? '';
            const told = lines.map((line) => JSON.parse(line) as Json); // a watch tells objects
            events.push(...told);
            if (told.some(isLast)) done();
          });
        });
        call.end();
      }),
    close: () => agent.destroy(),
  };
}
