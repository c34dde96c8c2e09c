import type { RequestListener } from 'node:http';
import type { Clock, Logger, Random } from '../../base/index.ts';
import { HttpProblem, serveJson } from './serve-json.ts';
import type { Reply } from './serve-json.ts';

export type Document = Readonly<Record<string, unknown>> & { readonly id: string };

export interface DocumentStoreOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Collection -> what is in it from the start. */
  readonly documents?: Readonly<Record<string, readonly Document[]>>;
}

/**
 * A store of JSON documents over HTTP, in memory: it stands for the SQL database, the managed one, the search index, the visit reports'
 * store and the image store. What it holds is gone when it is.
 *
 * `GET /docs/{collection}?field=value&search=words`, `POST` (makes the id), `GET|PUT|DELETE /docs/{collection}/{id}`.
 */
export function createDocumentStore({ clock, random, log, documents = {} }: DocumentStoreOptions): RequestListener {
  const collections = new Map(Object.entries(documents).map(([name, list]) => [name, new Map(list.map((entry) => [entry.id, entry]))]));
  let made = 0;
  const collection = (name = ''): Map<string, Document> => {
    const found = collections.get(name) ?? new Map<string, Document>();
    collections.set(name, found);
    return found;
  };
  const put = (name: string | undefined, id: string, body: unknown, status: number): Reply => {
    const document = { ...objectFrom(body), id };
    collection(name).set(id, document);
    return { status, json: document };
  };
  return serveJson(
    [
      ['GET', '/healthz', () => ({ status: 200, json: { status: 'ok' } })],
      ['GET', '/ready', () => ({ status: 200, json: { status: 'ok' } })],
      [
        'GET',
        '/docs/{collection}',
        ({ params, query }) => {
          const value = [...collection(params['collection']).values()].filter((entry) => matches(entry, query));
          return { status: 200, json: { count: value.length, value } };
        },
      ],
      [
        'POST',
        '/docs/{collection}',
        ({ params, body }) => put(params['collection'], uuid(random.fork(`${params['collection']}/${made++}/${clock.now()}`)), body, 201),
      ],
      [
        'GET',
        '/docs/{collection}/{id}',
        ({ params }) => {
          const found = collection(params['collection']).get(params['id'] ?? '');
          if (!found) throw new HttpProblem(404, `no ${params['id']} in ${params['collection']}`);
          return { status: 200, json: found };
        },
      ],
      ['PUT', '/docs/{collection}/{id}', ({ params, body }) => put(params['collection'], params['id'] ?? '', body, 200)],
      [
        'DELETE',
        '/docs/{collection}/{id}',
        ({ params }) => ({ status: collection(params['collection']).delete(params['id'] ?? '') ? 204 : 404 }),
      ],
    ],
    log,
  );
}

/** The members of a JSON object. Errors: `HttpProblem` 400 when it is none. */
export function objectFrom(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new HttpProblem(400, 'a JSON object is expected');
  return { ...body };
}

/** `search` wants every word somewhere in the document's texts; any other parameter wants that field to be equal. */
function matches(document: Document, query: URLSearchParams): boolean {
  return [...query].every(([name, wanted]) => {
    if (name !== 'search') return String(document[name]) === wanted;
    const text = Object.values(document).join(' ').toLowerCase();
    return wanted
      .toLowerCase()
      .split(/\s+/)
      .every((word) => text.includes(word));
  });
}

function uuid(random: Random): string {
  const hex = Array.from({ length: 32 }, (_, index) =>
    (index === 12 ? 4 : index === 16 ? 8 + random.integer(4) : random.integer(16)).toString(16),
  );
  return [8, 4, 4, 4, 12].map((length) => hex.splice(0, length).join('')).join('-');
}
