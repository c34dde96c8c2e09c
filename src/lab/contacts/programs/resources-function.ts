import { backendFrom } from '../backend.ts';
import { consumeEvents } from '../consume-events.ts';
import { objectFrom } from '../document-store.ts';
import { program } from '../program.ts';

const RESIZING_MS = 500;
const THUMBNAIL_PIXELS = 100;

/** Makes a thumbnail of each new picture, its longer side 100 pixels. */
export const resourcesFunction = program(10_000, (context) => {
  const storage = backendFrom(context, 'STORAGE_URL');
  const handle = async (event: unknown): Promise<void> => {
    const { id, name, width, height } = objectFrom(event);
    const factor = Math.min(1, THUMBNAIL_PIXELS / Math.max(Number(width), Number(height)));
    const thumbnail = { name, width: Math.round(Number(width) * factor), height: Math.round(Number(height) * factor) };
    await context.clock.sleep(RESIZING_MS);
    await storage.ask('PUT', `/docs/thumbnails/${encodeURIComponent(String(id))}`, thumbnail);
  };
  return { routes: [], beside: consumeEvents(context, { topic: 'images', subscription: 'resources-function', handle }) };
});
