import { backendFrom, documentsFrom } from '../backend.ts';
import { objectFrom } from '../document-store.ts';
import { program } from '../program.ts';
import { HttpProblem } from '../serve-json.ts';

/** Contacts: create, read, update, delete; each change is told to the bus (topic `contacts`). */
export const contactsApi = program(12_000, (context) => {
  const database = backendFrom(context, 'CONTACTS_DB_URL');
  const bus = backendFrom(context, 'BUS_URL');
  const tell = (type: 'changed' | 'deleted', contact: unknown): Promise<unknown> =>
    bus.ask('POST', '/contacts/messages', { type, contact });
  return {
    routes: [
      ['GET', '/contacts', async () => ({ status: 200, json: documentsFrom(await database.ask('GET', '/docs/contacts')) })],
      [
        'POST',
        '/contacts',
        async ({ body }) => {
          const contact = await database.ask('POST', '/docs/contacts', contactFrom(body));
          await tell('changed', contact);
          return { status: 201, json: contact };
        },
      ],
      [
        'GET',
        '/contacts/{id}',
        async ({ params }) => ({
          status: 200,
          json: await database.ask('GET', `/docs/contacts/${encodeURIComponent(params['id'] ?? '')}`),
        }),
      ],
      [
        'PUT',
        '/contacts/{id}',
        async ({ params, body }) => {
          const path = `/docs/contacts/${encodeURIComponent(params['id'] ?? '')}`;
          await database.ask('GET', path);
          const contact = await database.ask('PUT', path, contactFrom(body));
          await tell('changed', contact);
          return { status: 200, json: contact };
        },
      ],
      [
        'DELETE',
        '/contacts/{id}',
        async ({ params }) => {
          await database.ask('DELETE', `/docs/contacts/${encodeURIComponent(params['id'] ?? '')}`);
          await tell('deleted', { id: params['id'] });
          return { status: 204 };
        },
      ],
    ],
  };
});

/** `firstname` and `lastname` are wanted; further texts (`email`, `company`) are kept. */
function contactFrom(body: unknown): Readonly<Record<string, unknown>> {
  const contact = objectFrom(body);
  for (const field of ['firstname', 'lastname']) {
    const value = contact[field];
    if (typeof value !== 'string' || value.trim() === '') throw new HttpProblem(400, `'${field}' is missing`);
  }
  return contact;
}
