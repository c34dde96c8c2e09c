/** Columns of requests for certificates. Source: pkg/printers/internalversion/printers.go, printCertificateSigningRequest, 1.36. */
import { hasCondition, type CertificateSigningRequest } from '../certificates/types.ts';
import { NAME, NONE, columns, type Column } from './_column.ts';
import { ageOf, humanDuration } from './ages.ts';

function conditionOf(request: CertificateSigningRequest): string {
  const decision = hasCondition(request, 'Denied') ? 'Denied' : hasCondition(request, 'Approved') ? 'Approved' : 'Pending';
  const failed = hasCondition(request, 'Failed') ? ',Failed' : '';
  return `${decision}${failed}${request.status?.certificate === undefined ? '' : ',Issued'}`;
}

export const CERTIFICATE_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  CertificateSigningRequest: columns<CertificateSigningRequest>(
    NAME,
    ['Age', ({ metadata }, now) => ageOf(metadata.creationTimestamp, now)],
    ['SignerName', ({ spec }) => spec?.signerName ?? NONE],
    ['Requestor', ({ spec }) => spec?.username ?? ''],
    ['RequestedDuration', ({ spec }) => (spec?.expirationSeconds === undefined ? NONE : humanDuration(spec.expirationSeconds * 1000))],
    ['Condition', conditionOf],
  ),
};
