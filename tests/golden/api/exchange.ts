/** The recordings of golden/api: exchanges as they were made, in order. Its README tells what was normalised. */
import type { KubeObject } from '../../../src/kubernetes/index.ts';

export type Json = Record<string, unknown>;

export interface Exchange {
  readonly section?: string;
  readonly title?: string;
  /** The answer shows `metadata.managedFields`; elsewhere they were left out. */
  readonly managedFields?: boolean;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers?: Record<string, string>;
    /** Describes a body that was too large to keep. */
    readonly bodyNote?: string;
    readonly body?: unknown;
  };
  readonly response: {
    readonly status: number;
    readonly headers?: Record<string, string>;
    readonly body?: unknown;
    readonly text?: string;
    /** The events of a watch. */
    readonly stream?: readonly unknown[];
    readonly endedByServer?: boolean;
  };
  /** Made while a watch was open. */
  readonly during?: readonly Exchange[];
}

export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
export const asObject = (value: unknown): Json => (isObject(value) ? value : {});

/** One exchange a line. */
export const readExchanges = (text: string): Exchange[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Exchange); // the format of the recordings

/** The objects of an answer: itself, or the items of a list with their kind. */
export function objectsIn(body: unknown): KubeObject[] {
  if (!isObject(body) || body['kind'] === 'Status' || body['kind'] === 'Table') return [];
  if (Array.isArray(body['items'])) {
    const kind = (body['kind'] as string).replace(/List$/, ''); // every list has its kind
    return body['items'].filter(isObject).map((item) => ({ ...item, kind, metadata: item['metadata'] as KubeObject['metadata'] }));
  }
  return isObject(body['metadata']) && typeof body['metadata']['name'] === 'string' ? [body as unknown as KubeObject] : [];
}

