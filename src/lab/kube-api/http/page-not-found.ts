import type { Answer } from './types.ts';

/** The answer to what is asked for at no known path. */
export const PAGE_NOT_FOUND: Answer = { status: 404, text: '404 page not found\n', headers: { 'x-content-type-options': 'nosniff' } };
