import { backendFrom, documentsFrom } from '../backend.ts';
import { objectFrom } from '../document-store.ts';
import { program } from '../program.ts';
import { HttpProblem } from '../serve-json.ts';

/** Visit reports of contacts; a new text is told to the bus (topic `visitreports`) to be scored. */
export const visitReportsApi = program(9_000, (context) => {
  const store = backendFrom(context, 'VISITREPORTS_DB_URL');
  const bus = backendFrom(context, 'BUS_URL');
  const path = (id: string | undefined): string => `/docs/visitreports/${encodeURIComponent(id ?? '')}`;
  const save = async (method: string, at: string, body: unknown, status: number) => {
    const report = await store.ask(method, at, reportFrom(body));
    await bus.ask('POST', '/visitreports/messages', report);
    return { status, json: report };
  };
  return {
    routes: [
      [
        'GET',
        '/visitreports',
        async ({ query }) => {
          const contact = query.get('contactid');
          const filter = contact === null ? '' : `?contactid=${encodeURIComponent(contact)}`;
          return { status: 200, json: documentsFrom(await store.ask('GET', `/docs/visitreports${filter}`)) };
        },
      ],
      [
        'GET',
        '/visitreports/stats',
        async () => ({ status: 200, json: statistics(documentsFrom(await store.ask('GET', '/docs/visitreports'))) }),
      ],
      ['POST', '/visitreports', ({ body }) => save('POST', '/docs/visitreports', body, 201)],
      ['GET', '/visitreports/{id}', async ({ params }) => ({ status: 200, json: await store.ask('GET', path(params['id'])) })],
      ['PUT', '/visitreports/{id}', ({ params, body }) => save('PUT', path(params['id']), body, 200)],
      [
        'DELETE',
        '/visitreports/{id}',
        async ({ params }) => {
          await store.ask('DELETE', path(params['id']));
          return { status: 204 };
        },
      ],
    ],
  };
});

/** `contactid` and `subject` are wanted; `result` is the text to be scored. */
function reportFrom(body: unknown): Readonly<Record<string, unknown>> {
  const report = objectFrom(body);
  for (const field of ['contactid', 'subject']) {
    if (typeof report[field] !== 'string') throw new HttpProblem(400, `'${field}' is missing`);
  }
  return report;
}

function statistics(reports: readonly Readonly<Record<string, unknown>>[]): unknown {
  const scores = reports.map(({ sentiment }) => sentiment).filter((score) => typeof score === 'number');
  const average = scores.length === 0 ? null : scores.reduce((sum, score) => sum + score, 0) / scores.length;
  return { count: reports.length, scored: scores.length, averageSentiment: average };
}
