/** The query parameters that every write takes. Source: apimachinery metav1 validation, 1.36. */
import { badRequest, invalid, type FieldProblem } from '../statuses.ts';
import type { DeleteOptions } from '../types.ts';
import { isObject, textOf, type Json } from '../json.ts';
import type { Call } from './types.ts';
import { queryFlag } from './query-flag.ts';

export interface WriteParameters {
  readonly dryRun: boolean;
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict';
  readonly fieldManager: string;
  readonly force: boolean;
}

/** What a write wants its client to know, as `Warning` headers. */
export const warner =
  ({ warnings }: Call) =>
  (text: string): void =>
    void warnings.push(text);

type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions';

const refuse = (kind: OptionsKind, problem: FieldProblem): Error => invalid({ kind, group: 'meta.k8s.io' }, '', [problem]);

/** Errors: `ApiError` 422 on values that do not exist. */
export function writeParameters({ query, request }: Call, kind: OptionsKind): WriteParameters {
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  if (dryRun.some((value) => value !== 'All')) {
    throw refuse(kind, {
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(dryRun)}: supported values: "All"`,
      field: 'dryRun',
    });
  }
  const validation = query.get('fieldValidation') ?? '';
  if (!['', 'Ignore', 'Strict', 'Warn'].includes(validation)) {
    const message = `Unsupported value: "${validation}": supported values: "", "Ignore", "Strict", "Warn"`;
    throw refuse(kind, { reason: 'FieldValueNotSupported', message, field: 'fieldValidation' });
  }
  const manager = query.get('fieldManager') ?? '';
  const agent = (request.headers['user-agent'] ?? 'unknown').split('/')[0] ?? 'unknown';
  return {
    dryRun: dryRun.length > 0,
    fieldValidation: validation === 'Ignore' || validation === 'Strict' ? validation : 'Warn',
    fieldManager: manager === '' ? agent : manager,
    force: queryFlag(query, 'force'),
  };
}

const POLICIES = ['Foreground', 'Background', 'Orphan'] as const;

/** Options of a delete, from the body and the query. Errors: `ApiError` 422. */
export function deleteOptions({ query }: Call, body: Json): DeleteOptions & { readonly dryRun: boolean } {
  const policy = body['propagationPolicy'] ?? query.get('propagationPolicy') ?? undefined;
  const orphan = body['orphanDependents'] ?? query.get('orphanDependents') ?? undefined;
  const known = POLICIES.find((item) => item === policy);
  if (policy !== undefined && known === undefined) {
    const message = `Unsupported value: ${JSON.stringify(policy)}: supported values: "Foreground", "Background", "Orphan", "nil"`;
    throw refuse('DeleteOptions', { reason: 'FieldValueNotSupported', message, field: 'propagationPolicy' });
  }
  if (policy !== undefined && orphan !== undefined) {
    const message = `Invalid value: ${JSON.stringify(policy)}: orphanDependents and deletionPropagation cannot be both set`;
    throw refuse('DeleteOptions', { reason: 'FieldValueInvalid', message, field: 'propagationPolicy' });
  }
  const grace = body['gracePeriodSeconds'] ?? query.get('gracePeriodSeconds') ?? undefined;
  if (grace !== undefined && !/^-?\d+$/.test(textOf(grace))) throw badRequest('gracePeriodSeconds must be a number');
  const dryRun = [...query.getAll('dryRun'), ...(Array.isArray(body['dryRun']) ? body['dryRun'] : [])];
  const orphaned = textOf(orphan) === 'true';
  return {
    dryRun: dryRun.includes('All'),
    ...(grace === undefined ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(known === undefined ? (orphaned ? { propagationPolicy: 'Orphan' as const } : {}) : { propagationPolicy: known }),
    ...(isObject(body['preconditions']) ? { preconditions: body['preconditions'] } : {}),
  };
}
