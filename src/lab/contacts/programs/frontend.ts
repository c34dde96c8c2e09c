import { messageOf } from '../../../base/index.ts';
import { backendFrom, documentsFrom } from '../backend.ts';
import type { Backend } from '../backend.ts';
import { FRONTEND_PAGE } from '../frontend-page.ts';
import { program } from '../program.ts';

interface Part {
  readonly ok: boolean;
  readonly count?: number;
  readonly error?: string;
}

/**
 * The user's page, and `/api/overview`: the same page's figures asked for by the server. 200 says that the frontend works with all its
 * backends, 502 which of them failed.
 */
export const frontend = program(8_000, (context) => {
  const parts: Readonly<Record<string, () => Promise<Part>>> = {
    contacts: () => count(backendFrom(context, 'CONTACTS_URL'), '/contacts'),
    search: () => count(backendFrom(context, 'SEARCH_URL'), '/search/contacts?phrase=a'),
    visitreports: () => count(backendFrom(context, 'VISITREPORTS_URL'), '/visitreports'),
    resources: () => count(backendFrom(context, 'RESOURCES_URL'), '/resources/images'),
  };
  return {
    routes: [
      ['GET', '/', () => ({ status: 200, html: FRONTEND_PAGE })],
      [
        'GET',
        '/api/overview',
        async () => {
          const entries = await Promise.all(Object.entries(parts).map(async ([name, ask]) => [name, await ask()] as const));
          const ok = entries.every(([, part]) => part.ok);
          return { status: ok ? 200 : 502, json: { ok, ...Object.fromEntries(entries) } };
        },
      ],
    ],
  };
});

async function count(backend: Backend, path: string): Promise<Part> {
  try {
    const answer = await backend.ask('GET', path);
    return { ok: true, count: Array.isArray(answer) ? answer.length : documentsFrom(answer).length };
  } catch (error) {
    return { ok: false, error: messageOf(error) };
  }
}
