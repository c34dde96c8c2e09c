/** The HTTP server that the recorded cases talk to. Source: golden/chaostoolkit/README.md, "The test HTTP server". */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface TestServer {
  readonly port: number;
  readonly requests: readonly SeenRequest[];
  stop(): Promise<void>;
}

const DOCUMENT =
  '{"name": "shop", "ready": true, "replicas": 3, "ratio": 0.75, "note": null, "tags": ["web", "eu", "blue"], "items": [{"id": 1, "sku": "A-1", "price": 9.5, "stock": {"berlin": 4, "oslo": 0}, "labels": ["new"]}, {"id": 2, "sku": "B-2", "price": 20, "stock": {"berlin": 0, "oslo": 7}, "labels": []}, {"id": 3, "sku": "C-3", "price": 20, "stock": {"berlin": 1, "oslo": 1}, "labels": ["sale", "new"]}], "matrix": [[1, 2, 3], [4, 5, 6]], "nested": {"level1": {"level2": {"level3": "deep"}}}, "empty": [], "none": {}}';

/** Starts the server on a free port of the loopback. `files`: what `/file/<name>` serves. */
export async function startTestServer(files: (port: number) => Readonly<Record<string, string>>): Promise<TestServer> {
  const requests: SeenRequest[] = [];
  const counters = new Map<string, number>();
  const server = createServer((request, response) => {
    const serve = async (): Promise<void> => {
      const seen = describe(request, await readBody(request));
      requests.push(seen);
      answer({ seen, response, counters, files: files(portOf()) });
    };
    void serve();
  });
  const portOf = (): number => (server.address() as AddressInfo).port;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: portOf(),
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
  } catch {
    // The client went away; what came is what it sent.
  }
  return Buffer.concat(chunks).toString('utf8');
}

function describe(request: IncomingMessage, text: string): SeenRequest {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    const isShown = name === 'content-type' || name === 'authorization' || name.startsWith('x-') || (name === 'accept' && value !== '*/*');
    if (isShown) headers[name] = String(value);
  }
  let body: unknown = text;
  if (text !== '' && (headers['content-type'] ?? '').split(';')[0]?.trim() === 'application/json') {
    try {
      body = JSON.parse(text);
    } catch {
      body = text;
    }
  }
  return { method: request.method ?? '', path, query: [...new URLSearchParams(query)], headers, body };
}

interface Asked {
  readonly seen: SeenRequest;
  readonly response: ServerResponse;
  readonly counters: Map<string, number>;
  readonly files: Readonly<Record<string, string>>;
}

function answer({ seen, response, counters, files }: Asked): void {
  const query = new Map(seen.query);
  const [, first = '', second = '', third = ''] = seen.path.split('/');
  const send = (status: number, type: string | undefined, body: string, extra: Record<string, string> = {}): void => {
    response.sendDate = false;
    const bytes = Buffer.from(body, 'utf8');
    const empty = status === 204 || status === 304;
    const headers = { ...(type === undefined ? {} : { 'Content-Type': type }), ...(empty ? {} : { 'Content-Length': String(bytes.length) }), ...extra };
    response.writeHead(status, headers);
    response.end(seen.method === 'HEAD' || empty ? undefined : bytes);
  };
  const count = (key: string): number => {
    counters.set(key, (counters.get(key) ?? 0) + 1);
    return counters.get(key) ?? 0;
  };
  switch (first) {
    case 'status':
      return send(Number(second), 'text/plain', `status ${second}`);
    case 'json':
      return send(200, 'application/json', DOCUMENT);
    case 'json-small':
      return send(200, 'application/json', '{"ok": true, "n": 1}');
    case 'json-charset':
      return send(200, 'application/json; charset=utf-8', '{"a": 1, "city": "Zürich"}');
    case 'text':
      return send(200, 'text/plain', 'plain text\n');
    case 'slow':
      return void setTimeout(() => send(200, 'text/plain', `slow ${second}`), Number(second));
    case 'echo':
      return send(200, 'application/json', JSON.stringify(seen));
    case 'count':
      return send(200, 'application/json', `{"count": ${count(`count/${second}`)}}`);
    case 'flip': {
      const call = count(`flip/${second}`);
      return send(call <= Number(third) ? 200 : 500, 'application/json', `{"call": ${call}}`);
    }
    case 'redirect':
      return send(302, undefined, '', { Location: '/json-small' });
    case 'redirect-echo':
      return send(302, undefined, '', { Location: '/echo' });
    case 'redirect-307':
      return send(307, undefined, '', { Location: '/echo' });
    case 'redirect-loop':
      return send(302, undefined, '', { Location: '/redirect-loop' });
    case 'reply': {
      const x = query.get('x');
      return send(Number(query.get('status') ?? 200), query.get('type') ?? 'text/plain', query.get('body') ?? '', x === undefined ? {} : { 'X-Golden': x });
    }
    case 'file':
      return send(Number(query.get('status') ?? 200), query.get('type') ?? 'application/json', files[second] ?? '');
    case 'hook':
      return send(Number(query.get('status') ?? 200), 'text/plain', 'ok');
    case 'drop':
      return void response.socket?.destroy();
    case 'stall':
      return;
    default:
      return send(404, 'text/plain', 'not found');
  }
}
