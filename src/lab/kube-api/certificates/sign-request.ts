/** Certificates for requests, signed by the cluster's own authority. Source: RFC 5280; pkg/controller/certificates/authority, 1.36. */
import { createPrivateKey, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { der, inside, oid, readDer, TAG } from './der.ts';
import type { CertificateRequest } from './read-request.ts';

/** PEM texts. Its key is an elliptic one (P-256). */
export interface Authority {
  readonly key: string;
  readonly cert: string;
}

export interface CertificateWish {
  readonly request: CertificateRequest;
  /** As in `spec.usages`. */
  readonly usages: readonly string[];
  readonly notAfterMs: number;
  /** Twenty bytes of chance. */
  readonly serial: Buffer;
}

/** Bits of keyUsage, the first the highest. */
const KEY_USAGES = [
  'digital signature',
  'content commitment',
  'key encipherment',
  'data encipherment',
  'key agreement',
  'cert sign',
  'crl sign',
];
const EXTENDED: Readonly<Record<string, string>> = {
  'server auth': '1.3.6.1.5.5.7.3.1',
  'client auth': '1.3.6.1.5.5.7.3.2',
  'code signing': '1.3.6.1.5.5.7.3.3',
  'email protection': '1.3.6.1.5.5.7.3.4',
};
const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
/** Long ago: the lab's clock runs ahead of the wall's, by which TLS goes. */
const NOT_BEFORE = Buffer.from('200101000000Z');

const sequence = (...parts: readonly Buffer[]): Buffer => der(TAG.sequence, ...parts);
const critical = der(TAG.boolean, Buffer.from([0xff]));
const extension = (id: string, value: Buffer, isCritical = false): Buffer =>
  sequence(oid(id), ...(isCritical ? [critical] : []), der(TAG.octets, value));

/** Result: PEM. */
export function signRequest({ key, cert }: Authority, { request, usages, notAfterMs, serial }: CertificateWish): string {
  const algorithm = sequence(oid(ECDSA_SHA256));
  const notAfter = `${new Date(notAfterMs).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`;
  const positive = Buffer.concat([Buffer.from([0x01]), serial.subarray(0, 15)]);
  const body = sequence(
    der(0xa0, der(TAG.integer, Buffer.from([2]))),
    der(TAG.integer, positive),
    algorithm,
    subjectOf(cert),
    sequence(der(TAG.utcTime, NOT_BEFORE), der(TAG.time, Buffer.from(notAfter))),
    request.subject,
    request.publicKey,
    der(0xa3, sequence(...extensionsOf(request, usages))),
  );
  const signature = sign('sha256', body, signingKey(key));
  const whole = sequence(body, algorithm, der(TAG.bits, Buffer.from([0]), signature));
  const lines = whole
    .toString('base64')
    .replaceAll(/(.{64})/g, '$1\n')
    .trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

const signingKey = (pem: string): KeyObject => createPrivateKey(pem);

function subjectOf(pem: string): Buffer {
  // version, serial, algorithm, issuer, validity, subject
  const subject = inside(inside(readDer(new X509Certificate(pem).raw)[0])[0])[5];
  if (subject === undefined) throw new RangeError('the authority has no subject');
  return subject.whole;
}

function extensionsOf({ altNames }: CertificateRequest, usages: readonly string[]): readonly Buffer[] {
  let bits = 0;
  for (const [index, name] of KEY_USAGES.entries()) if (usages.includes(name)) bits |= 0x80 >> index;
  const purposes = usages.flatMap((usage) => (EXTENDED[usage] === undefined ? [] : [oid(EXTENDED[usage])]));
  return [
    ...(bits === 0 ? [] : [extension('2.5.29.15', der(TAG.bits, Buffer.from([trailingZeros(bits), bits])), true)]),
    ...(purposes.length === 0 ? [] : [extension('2.5.29.37', sequence(...purposes))]),
    extension('2.5.29.19', sequence(), true),
    ...(altNames === undefined ? [] : [altNames]),
  ];
}

const trailingZeros = (bits: number): number => {
  let count = 0;
  while (count < 8 && (bits & (1 << count)) === 0) count += 1;
  return count;
};
