/** From a request for a certificate to a login with it: the other ends are Node's own TLS and X.509. */
import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { request as ask } from 'node:https';
import { afterEach, expect, it } from 'vitest';
import { createRandom, createVirtualClock } from '../../../base/index.ts';
import { createCertificates } from '../../certificates.ts';
import { createLabApi, serveKubeApi, startCertificateSigner, type LabApi } from '../index.ts';
import { der, oid, TAG } from './der.ts';
import { readRequest } from './read-request.ts';
import type { CertificateSigningRequest } from './types.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** Ahead of the wall's clock, as a lab is that runs fast. */
const START = Date.parse('2040-01-05T08:00:00Z');

function requestFor(subject: Readonly<Record<string, string>>): { readonly key: string; readonly request: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const part = ([type, value]: [string, string]): Buffer => der(TAG.set, der(TAG.sequence, oid(type), der(TAG.utf8, Buffer.from(value))));
  const name = der(TAG.sequence, ...Object.entries(subject).map(part));
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const info = der(TAG.sequence, der(TAG.integer, Buffer.from([0])), name, spki, der(0xa0));
  const algorithm = der(TAG.sequence, oid('1.2.840.10045.4.3.2'));
  const whole = der(TAG.sequence, info, algorithm, der(TAG.bits, Buffer.from([0]), sign('sha256', info, privateKey)));
  const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${whole.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
  return { key: String(privateKey.export({ format: 'pem', type: 'pkcs8' })), request: Buffer.from(pem).toString('base64') };
}

const JANE = { '2.5.4.3': 'jane', '2.5.4.10': 'dev' };
const approved = (api: LabApi, request: string, usages: readonly string[]): void => {
  const spec = { request, signerName: 'kubernetes.io/kube-apiserver-client', usages, expirationSeconds: 3600 };
  api.create<CertificateSigningRequest>('CertificateSigningRequest', { metadata: { name: 'jane' }, spec });
  const conditions = [{ type: 'Approved', status: 'True' }];
  api.modify<CertificateSigningRequest>('CertificateSigningRequest', undefined, 'jane', (draft) => void (draft.status = { conditions }), {
    subresource: 'status',
  });
};
const decided = (api: LabApi): CertificateSigningRequest['status'] =>
  api.get<CertificateSigningRequest>('CertificateSigningRequest', undefined, 'jane')?.status;

it('reads who is asked for, and refuses what is not signed by its own key', () => {
  const { request } = requestFor(JANE);
  expect(readRequest(request)).toMatchObject({ commonName: 'jane', organizations: ['dev'] });
  const torn = Buffer.from(request, 'base64')
    .toString()
    .replace(/[A-Za-z]=*\n-----END/, (end) => `${end.startsWith('A') ? 'B' : 'A'}${end.slice(1)}`);
  expect(() => readRequest(Buffer.from(torn).toString('base64'))).toThrow();
  expect(() => readRequest('bm8=')).toThrow('PEM block type must be CERTIFICATE REQUEST');
});

it('signs what was approved, and lets its owner in as who they are, for as long as it is good', async () => {
  const clock = createVirtualClock(START);
  const api = createLabApi({ clock, random: createRandom('certificates') });
  const { authority, ca, key, cert } = await createCertificates();
  stops.push(startCertificateSigner(api, authority));
  const server = await serveKubeApi(api, { port: 0, key, cert, clientCa: ca, tokens: [] });
  stops.push(() => server.stop());
  const jane = requestFor(JANE);
  approved(api, jane.request, ['client auth']);
  await clock.advance(1000);
  const pem = Buffer.from(decided(api)?.certificate ?? '', 'base64').toString();
  const certificate = new X509Certificate(pem);
  expect(certificate.verify(new X509Certificate(ca).publicKey)).toBe(true);
  const whoAmI = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
      const sent = ask(`${server.url}${path}`, { method: 'POST', ca, cert: pem, key: jane.key, agent: false }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        answer.on('end', () => resolve(text));
      });
      sent.on('error', reject);
      sent.end('{}');
    });
  const { status } = JSON.parse(await whoAmI()) as { readonly status: unknown }; // a review
  const digest = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  expect(status).toEqual({
    userInfo: {
      username: 'jane',
      groups: ['dev', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${digest}`] },
    },
  });
  await clock.advance(3_600_000);
  expect(await whoAmI()).not.toContain('"username":"jane"');
});

it('fails what asks for more than its signer gives', async () => {
  const clock = createVirtualClock(START);
  const api = createLabApi({ clock, random: createRandom('certificates') });
  stops.push(startCertificateSigner(api, (await createCertificates()).authority));
  approved(api, requestFor(JANE).request, ['server auth']);
  await clock.advance(1000);
  expect(decided(api)?.conditions?.at(-1)).toMatchObject({
    type: 'Failed',
    reason: 'SignerValidationFailure',
    message: 'invalid usages for client certificate: ["server auth"]',
  });
});
