/** Refusals in the API server's own words. Source: apimachinery api/errors and util/validation/field, 1.36. */
import type { Resource } from '../../kubernetes/index.ts';
import { ApiError } from './types.ts';

/** One problem of one field, as it stands in `details.causes`. */
export interface FieldProblem {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

type Named = Pick<Resource, 'kind' | 'group' | 'plural'>;

interface Failure {
  readonly code: number;
  readonly reason?: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Builds the error for a `Status` of the given parts. */
export function failure({ code, reason, message, details, metadata = {} }: Failure): ApiError {
  return new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata,
    status: 'Failure',
    message,
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  });
}

/** `pods` or `deployments.apps`, as messages name a resource. */
export const qualified = ({ group, plural }: Named): string => (group === '' ? plural : `${plural}.${group}`);

const detailsOf = ({ group, plural }: Named, name: string): Record<string, unknown> => ({
  ...(name === '' ? {} : { name }),
  ...(group === '' ? {} : { group }),
  kind: plural,
});

export const notFound = (resource: Named, name: string): ApiError =>
  failure({ code: 404, reason: 'NotFound', message: `${qualified(resource)} "${name}" not found`, details: detailsOf(resource, name) });

export const alreadyExists = (resource: Named, name: string, isEnding = false): ApiError =>
  failure({
    code: 409,
    reason: 'AlreadyExists',
    message: `${isEnding ? 'object is being deleted: ' : ''}${qualified(resource)} "${name}" already exists`,
    details: detailsOf(resource, name),
  });

export const conflict = (resource: Named, name: string, why: string): ApiError =>
  failure({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    details: detailsOf(resource, name),
  });

export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export const forbidden = (resource: Named, name: string, why: string, causes?: readonly FieldProblem[]): ApiError =>
  failure({
    code: 403,
    reason: 'Forbidden',
    message: name === '' ? `${qualified(resource)} is forbidden: ${why}` : `${qualified(resource)} "${name}" is forbidden: ${why}`,
    details: { ...detailsOf(resource, name), ...(causes ? { causes } : {}) },
  });

export const badRequest = (message: string): ApiError => failure({ code: 400, reason: 'BadRequest', message });

export const internalError = (message: string): ApiError => failure({ code: 500, message });

export const tooManyRequests = (message: string, causes: readonly FieldProblem[] | readonly unknown[]): ApiError =>
  failure({ code: 429, reason: 'TooManyRequests', message, details: { causes } });

/** What the lab lacks: a clear no, never a plausible success. */
export const notImplemented = (operation: string): ApiError =>
  failure({ code: 501, reason: 'NotImplemented', message: `the lab's API server does not do this: ${operation}` });

/** `Deployment.apps "web" is invalid: …`. Equal messages are told once, causes all. */
export function invalid(kind: Pick<Resource, 'kind' | 'group'>, name: string, problems: readonly FieldProblem[]): ApiError {
  const texts = [...new Set(problems.map(({ field, message }) => `${field}: ${message}`))];
  const shown = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const what = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  return failure({
    code: 422,
    reason: 'Invalid',
    message: `${what} "${name}" is invalid: ${shown}`,
    details: {
      ...(name === '' ? {} : { name }),
      ...(kind.group === '' ? {} : { group: kind.group }),
      kind: kind.kind,
      causes: problems,
    },
  });
}
