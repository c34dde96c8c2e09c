import { backendFrom, documentsFrom } from '../backend.ts';
import { objectFrom } from '../document-store.ts';
import { program } from '../program.ts';
import { HttpProblem } from '../serve-json.ts';

/** Pictures of contacts (their measures; the lab keeps no pixels). A new one is told to the bus (topic `images`) to be resized. */
export const resourcesApi = program(9_000, (context) => {
  const storage = backendFrom(context, 'STORAGE_URL');
  const bus = backendFrom(context, 'BUS_URL');
  const list = (collection: string) => async () => ({ status: 200, json: documentsFrom(await storage.ask('GET', `/docs/${collection}`)) });
  return {
    routes: [
      ['GET', '/resources/images', list('images')],
      ['GET', '/resources/thumbnails', list('thumbnails')],
      [
        'POST',
        '/resources/images',
        async ({ body }) => {
          const image = await storage.ask('POST', '/docs/images', imageFrom(body));
          await bus.ask('POST', '/images/messages', image);
          return { status: 201, json: image };
        },
      ],
      [
        'GET',
        '/resources/thumbnails/{id}',
        async ({ params }) => ({
          status: 200,
          json: await storage.ask('GET', `/docs/thumbnails/${encodeURIComponent(params['id'] ?? '')}`),
        }),
      ],
    ],
  };
});

function imageFrom(body: unknown): Readonly<Record<string, unknown>> {
  const image = objectFrom(body);
  const isSize = (value: unknown): boolean => typeof value === 'number' && value > 0;
  if (typeof image['name'] !== 'string' || !isSize(image['width']) || !isSize(image['height'])) {
    throw new HttpProblem(400, "'name', 'width' and 'height' are wanted");
  }
  return image;
}
