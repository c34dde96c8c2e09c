import { backendFrom, documentsFrom } from '../backend.ts';
import { program } from '../program.ts';

/** Finds contacts by words, in the index; a contact appears there when the search function has written it. */
export const searchApi = program(10_000, (context) => {
  const index = backendFrom(context, 'SEARCH_INDEX_URL');
  return {
    routes: [
      [
        'GET',
        '/search/contacts',
        async ({ query }) => {
          const phrase = query.get('phrase') ?? '';
          const words = phrase === '' ? '' : `?search=${encodeURIComponent(phrase)}`;
          const value = documentsFrom(await index.ask('GET', `/docs/contacts${words}`));
          return { status: 200, json: { count: value.length, value } };
        },
      ],
    ],
  };
});
