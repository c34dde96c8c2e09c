import type { Target } from '../http/types.ts';
import { ephemeralContainers } from './ephemeral-containers.ts';
import type { PartialUpdate } from './partial-update.ts';

const PARTS: Readonly<Record<string, PartialUpdate>> = { ephemeralcontainers: ephemeralContainers };

/** The part of a pod that a request's subresource changes; undefined for all other requests. */
export const partOf = ({ served, subresource = '' }: Target): PartialUpdate | undefined =>
  served.resource.kind === 'Pod' && Object.hasOwn(PARTS, subresource) ? PARTS[subresource] : undefined;
