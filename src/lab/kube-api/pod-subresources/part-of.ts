import type { Target } from '../http/types.ts';
import { approval } from '../certificates/request-rules.ts';
import { ephemeralContainers } from './ephemeral-containers.ts';
import { resize } from './resize.ts';
import type { PartialUpdate } from './partial-update.ts';

const PARTS: Readonly<Record<string, PartialUpdate>> = {
  'Pod ephemeralcontainers': ephemeralContainers,
  'Pod resize': resize,
  'CertificateSigningRequest approval': approval,
};

/** The part of an object that a request's subresource changes; undefined for all other requests. */
export const partOf = ({ served, subresource = '' }: Target): PartialUpdate | undefined => PARTS[`${served.resource.kind} ${subresource}`];
