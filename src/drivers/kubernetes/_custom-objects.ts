import { z } from 'zod';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import { httpStatusOf } from '../../clients/index.ts';
import type { KubernetesClient } from '../../clients/index.ts';
import { failed } from './_activity.ts';
import type { KubernetesContext } from './_activity.ts';

/** Which collection of the API is meant; the resource need not be known to us. */
export const collectionParameters = {
  group: z.string().describe('API group; empty for the core'),
  version: z.string(),
  plural: z.string().describe('plural name, as in the path'),
};

export interface Collection {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  /** Undefined for what stands outside namespaces. */
  readonly ns?: string | undefined;
}

export function collectionPath({ group, version, plural, ns }: Collection, name?: string): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope = ns === undefined ? '' : `/namespaces/${encodeURIComponent(ns)}`;
  return `${root}${scope}/${encodeURIComponent(plural)}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}

/**
 * One request for a custom object. A conflict is an answer, not a failure: the server's Status is returned, as the Chaos Toolkit's driver does.
 *
 * Errors: `TARGET_FAILED` with the verb and the server's words.
 */
export async function askForCustomObject(
  verb: 'create' | 'get' | 'list' | 'patch' | 'replace' | 'delete',
  path: string,
  { client, signal }: KubernetesContext,
  options: { readonly body?: unknown; readonly contentType?: string } = {},
): Promise<unknown> {
  try {
    return await client.request(METHODS[verb], path, { ...options, signal });
  } catch (thrown) {
    if (verb === 'create' && httpStatusOf(thrown) === 409) return bodyOf(thrown);
    if (!(thrown instanceof EvenkeelError) || thrown.code === 'CANCELLED') throw thrown;
    throw failed(`Failed to ${verb} custom resource object: ${messageOf(thrown)}`);
  }
}

const METHODS = { create: 'POST', get: 'GET', list: 'GET', patch: 'PATCH', replace: 'PUT', delete: 'DELETE' } as const satisfies Readonly<
  Record<string, Parameters<KubernetesClient['request']>[0]>
>;

function bodyOf(thrown: unknown): unknown {
  const { body } = Object(thrown instanceof Error ? thrown.cause : undefined) as { body?: unknown }; // any value has fields that may be undefined
  return body;
}
