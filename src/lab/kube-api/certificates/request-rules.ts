/** Requests for certificates: who asks, what may be asked, who approves. Source: pkg/registry/certificates and pkg/apis/certificates/validation, 1.36. */
import { messageOf } from '../../../base/index.ts';
import { isObject, sameJson } from '../json.ts';
import { rulesFor } from '../kind-rules.ts';
import type { PartialUpdate } from '../pod-subresources/partial-update.ts';
import type { Problems } from '../problems.ts';
import type { Stored } from '../store.ts';
import type { Draft } from '../types.ts';
import { readRequest } from './read-request.ts';
import { CLIENT_SIGNER, type CertificateSigningRequest } from './types.ts';

type Request = Draft<CertificateSigningRequest>;

const SHORTEST_SECONDS = 600;
const SIGNER = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+\/[a-z0-9]([-a-z0-9.:]*[a-z0-9])?(\/.*)?$/;
const ONCE = ['Approved', 'Denied'];

export const certificateRequestRules = rulesFor<Request>({
  kind: 'CertificateSigningRequest',
  hasStatus: true,
  onCreate: (request) => void (request.status = {}),
  onUpdate(request, previous) {
    // Nothing of a request changes but what is decided on it.
    if (previous.spec) request.spec = previous.spec;
  },
  validate(request, problems, previous) {
    if (previous === undefined) validateSpec(request, problems);
  },
});

function validateSpec({ spec = {} }: Request, problems: Problems): void {
  try {
    readRequest(spec.request ?? '');
  } catch (error) {
    problems.invalid('spec.request', spec.request ?? '', messageOf(error));
  }
  if ((spec.usages ?? []).length === 0) problems.required('spec.usages');
  const signer = spec.signerName ?? '';
  if (signer === '') problems.required('spec.signerName');
  else if (signer === 'kubernetes.io/legacy-unknown')
    problems.invalid('spec.signerName', signer, 'the legacy signerName is not allowed via this API version');
  else if (!SIGNER.test(signer))
    problems.invalid('spec.signerName', signer, 'must be a fully qualified domain and path of the form "example.com/signer-name"');
  const seconds = spec.expirationSeconds;
  if (seconds !== undefined && seconds < SHORTEST_SECONDS) {
    problems.invalid('spec.expirationSeconds', seconds, 'may not specify a duration less than 600 seconds (10 minutes)');
  }
}

/** Why the admission plugins refuse a new request; undefined when they do not. Source: plugin/pkg/admission/certificates/subjectrestriction. */
export function refusedSubject(request: Stored): string | undefined {
  const { spec } = request as Request; // the kind says so
  if (spec?.signerName !== CLIENT_SIGNER) return undefined;
  try {
    const isAdministrator = readRequest(spec.request ?? '').organizations.includes('system:masters');
    return isAdministrator ? `use of ${CLIENT_SIGNER} signer with system:masters group is not allowed` : undefined;
  } catch {
    return undefined; // its validation tells
  }
}

/** Writes who asks into a new request. */
export function stampRequester(
  request: Stored,
  { user, uid, groups }: { readonly user: string; readonly uid?: string; readonly groups: readonly string[] },
): void {
  const spec = isObject(request['spec']) ? request['spec'] : {};
  request['spec'] = { ...spec, username: user, ...(uid === undefined ? {} : { uid }), groups: [...groups] };
}

/** What `kubectl certificate approve` and `deny` write. */
export const approval: PartialUpdate = {
  take(draft, wanted, { now }) {
    const [request, given] = [draft as Request, wanted as Request]; // the kind says so
    const conditions = (given.status?.conditions ?? []).map((condition) => {
      const before = request.status?.conditions?.find(({ type }) => type === condition.type);
      return {
        ...condition,
        lastUpdateTime: condition.lastUpdateTime ?? now,
        lastTransitionTime: before?.lastTransitionTime ?? condition.lastTransitionTime ?? now,
      };
    });
    request.status = { ...request.status, ...(conditions.length === 0 ? {} : { conditions }) };
  },
  validate(draft, problems, previous) {
    const conditions = (draft as Request).status?.conditions ?? [];
    const before = (previous as Request).status?.conditions ?? [];
    for (const [index, { type, status }] of conditions.entries()) {
      const path = `status.conditions[${index}]`;
      if (type === '') problems.required(`${path}.type`);
      if ([...ONCE, 'Failed'].includes(type) && status !== 'True') problems.unsupported(`${path}.status`, status, ['True']);
      if (ONCE.includes(type) && conditions.slice(0, index).some((other) => ONCE.includes(other.type) && other.type !== type)) {
        problems.invalid(`${path}.type`, type, 'Approved and Denied conditions are mutually exclusive');
      }
    }
    for (const one of before.filter(({ type }) => ONCE.includes(type))) {
      const kept = conditions.find(({ type }) => type === one.type);
      if (kept === undefined)
        problems.forbidden('status.conditions', `updates may not remove a condition of type ${JSON.stringify(one.type)}`);
      else if (!sameJson(kept, one))
        problems.forbidden('status.conditions', `updates may not modify a condition of type ${JSON.stringify(one.type)}`);
    }
  },
};
