/** Signs what was approved. Source: pkg/controller/certificates/signer, 1.36. */
import { messageOf, type Cancel } from '../../../base/index.ts';
import { timestamp } from '../names.ts';
import type { LabApi } from '../types.ts';
import { readRequest } from './read-request.ts';
import { signRequest, type Authority } from './sign-request.ts';
import { CLIENT_SIGNER, hasCondition, KUBELET_CLIENT_SIGNER, KUBELET_SERVING_SIGNER, type CertificateSigningRequest } from './types.ts';

const YEAR_SECONDS = 365 * 24 * 3600;
const SIGNING_MS = 100;
const COMMON = ['key encipherment', 'digital signature'];
/** The usages that a signer allows, the last one needed. */
const USAGES: Readonly<Record<string, readonly string[]>> = {
  [CLIENT_SIGNER]: [...COMMON, 'client auth'],
  [KUBELET_CLIENT_SIGNER]: [...COMMON, 'client auth'],
  [KUBELET_SERVING_SIGNER]: [...COMMON, 'server auth'],
};

/** Watches for approved requests to the cluster's own signers; others wait for signers of their own, which the lab has none of. */
export function startCertificateSigner(api: LabApi, authority: Authority): Cancel {
  const timers = new Set<Cancel>();
  const cancel = api.watch<CertificateSigningRequest>('CertificateSigningRequest', ({ type, object }) => {
    const isDue = hasCondition(object, 'Approved') && !hasCondition(object, 'Denied') && !hasCondition(object, 'Failed');
    if (type === 'DELETED' || !isDue || object.status?.certificate !== undefined || USAGES[object.spec?.signerName ?? ''] === undefined)
      return;
    const timer = api.clock.after(SIGNING_MS, () => {
      timers.delete(timer);
      sign(api, authority, object.metadata.name);
    });
    timers.add(timer);
  });
  return () => {
    cancel();
    for (const timer of timers) timer();
  };
}

function sign(api: LabApi, authority: Authority, name: string): void {
  const { clock } = api;
  api.modify<CertificateSigningRequest>(
    'CertificateSigningRequest',
    undefined,
    name,
    (draft) => {
      const { spec = {}, metadata } = draft;
      if (draft.status?.certificate !== undefined) return;
      try {
        const usages = spec.usages ?? [];
        const allowed = USAGES[spec.signerName ?? ''] ?? [];
        if (!usages.includes(allowed.at(-1) ?? '') || usages.some((usage) => !allowed.includes(usage))) {
          throw new Error(
            `invalid usages for ${allowed.at(-1) === 'client auth' ? 'client' : 'server'} certificate: ${JSON.stringify(usages)}`,
          );
        }
        const seconds = Math.min(spec.expirationSeconds ?? YEAR_SECONDS, YEAR_SECONDS);
        const random = api.random.fork(`certificate/${metadata.uid}`);
        const serial = Buffer.from(Array.from({ length: 20 }, () => Math.floor(random.next() * 256)));
        const pem = signRequest(authority, {
          request: readRequest(spec.request ?? ''),
          usages,
          notAfterMs: clock.now() + seconds * 1000,
          serial,
        });
        draft.status = { ...draft.status, certificate: Buffer.from(pem).toString('base64') };
      } catch (error) {
        const at = timestamp(clock.now());
        const failed = {
          type: 'Failed',
          status: 'True',
          reason: 'SignerValidationFailure',
          message: messageOf(error),
          lastUpdateTime: at,
          lastTransitionTime: at,
        };
        draft.status = { ...draft.status, conditions: [...(draft.status?.conditions ?? []), failed] };
      }
    },
    { subresource: 'status' },
  );
}
