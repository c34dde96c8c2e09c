import { backendFrom } from '../backend.ts';
import { consumeEvents } from '../consume-events.ts';
import { objectFrom } from '../document-store.ts';
import { program } from '../program.ts';
import { HttpProblem } from '../serve-json.ts';

const INDEXING_MS = 300;

/** Keeps the search index up with the contacts: takes their events off the bus and writes the index. */
export const searchFunction = program(10_000, (context) => {
  const index = backendFrom(context, 'SEARCH_INDEX_URL');
  const handle = async (event: unknown): Promise<void> => {
    const { type, contact } = objectFrom(event);
    const { id } = objectFrom(contact);
    const path = `/docs/contacts/${encodeURIComponent(String(id))}`;
    await context.clock.sleep(INDEXING_MS);
    if (type === 'deleted') await index.ask('DELETE', path).catch(ignoreMissing);
    else await index.ask('PUT', path, contact);
    context.log.info(`contact ${String(id)} ${String(type)} in the index`);
  };
  const subjectOf = (event: unknown): string => String(objectFrom(objectFrom(event)['contact'])['id']);
  return { routes: [], beside: consumeEvents(context, { topic: 'contacts', subscription: 'search-function', handle, subjectOf }) };
});

/** An event that comes twice finds the document gone already. */
function ignoreMissing(error: unknown): void {
  if (!(error instanceof HttpProblem && error.status === 404)) throw error;
}
