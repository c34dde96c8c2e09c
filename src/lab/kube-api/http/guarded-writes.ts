/** Writes that depend on who makes them: roles and bindings, requests for certificates. */
import type { Resource } from '../../../kubernetes/index.ts';
import { refusedSubject, stampRequester } from '../certificates/request-rules.ts';
import type { CertificateSigningRequest } from '../certificates/types.ts';
import { sameJson } from '../json.ts';
import { checkEscalation, grantsRights, type Write } from '../rbac/check-escalation.ts';
import { forbidden } from '../statuses.ts';
import { decideResource } from './authorize.ts';
import type { Call } from './types.ts';

const REQUEST = 'CertificateSigningRequest';
const CERTIFICATES = 'certificates.k8s.io';

export const isGuarded = (resource: Resource): boolean => grantsRights(resource) || resource.kind === REQUEST;

/** The call with a writer that looks at each write once more. */
export const guarded = (call: Call): Call => ({
  ...call,
  writer: call.writer.checkedBy((write) => {
    if (write.resource.kind === REQUEST) checkRequest(call, write);
    else checkEscalation(call.store, call.user, write);
  }),
});

/** Source: plugin/pkg/admission/certificates (approval, subjectrestriction), 1.36. Errors: `ApiError` 403. */
function checkRequest({ store, user }: Call, { resource, object, previous }: Write): void {
  const { metadata, spec, status } = object as CertificateSigningRequest; // the kind says so
  if (previous === undefined) {
    const refused = refusedSubject(object);
    if (refused !== undefined) throw forbidden(resource, metadata.name, refused);
    return stampRequester(object, user);
  }
  const before = (previous as CertificateSigningRequest).status; // the same kind
  if (sameJson(status?.conditions ?? [], before?.conditions ?? [])) return undefined;
  const signer = spec?.signerName ?? '';
  const may = [signer, `${signer.split('/')[0]}/*`].some(
    (name) =>
      decideResource(store, user, { verb: 'approve', group: CERTIFICATES, resource: 'signers', namespace: undefined, name }).allowed,
  );
  if (!may) throw forbidden(resource, metadata.name, `user not permitted to approve requests with signerName ${JSON.stringify(signer)}`);
  return undefined;
}
