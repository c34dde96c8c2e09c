/** What a PKCS #10 request asks for. Source: RFC 2986. */
import { createPublicKey, verify } from 'node:crypto';
import { inside, readDer, readOid, TAG, type DerNode } from './der.ts';

export interface CertificateRequest {
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** The subject as it stands in the request. */
  readonly subject: Buffer;
  /** The public key, as SubjectPublicKeyInfo. */
  readonly publicKey: Buffer;
  /** The extension with other names of the subject, as it stands in the request. */
  readonly altNames: Buffer | undefined;
}

const COMMON_NAME = '2.5.4.3';
const ORGANIZATION = '2.5.4.10';
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
const ALT_NAMES = '2.5.29.17';
const HASHES: Readonly<Record<string, string | null>> = {
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.3.101.112': null,
};

/** `spec.request` as it stands in an object: base64 of PEM. Errors: `Error` in the words of the API server. */
export function readRequest(base64: string): CertificateRequest {
  const pem = Buffer.from(base64, 'base64').toString('utf8');
  const body = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([^-]*)-----END/.exec(pem)?.[1];
  if (body === undefined) throw new Error('PEM block type must be CERTIFICATE REQUEST');
  try {
    return parsed(Buffer.from(body, 'base64'));
  } catch (error) {
    throw error instanceof RangeError ? new Error('asn1: structure error: the request can not be read', { cause: error }) : error;
  }
}

function parsed(bytes: Buffer): CertificateRequest {
  const [info, algorithm, signature] = inside(readDer(bytes)[0]);
  const [, subject, publicKey, attributes] = inside(info);
  if (info === undefined || subject === undefined || publicKey === undefined || signature === undefined)
    throw new RangeError('parts are missing');
  const hash = HASHES[readOid(inside(algorithm)[0] ?? info)];
  const key = createPublicKey({ key: publicKey.whole, format: 'der', type: 'spki' });
  // The first byte of bits counts those that are unused.
  if (hash === undefined || !verify(hash, info.whole, key, signature.content.subarray(1)))
    throw new Error('x509: the request is not signed by its own key');
  const names = inside(subject).flatMap(inside).map(inside);
  const texts = (wanted: string): string[] =>
    names.flatMap(([type, value]) => (type !== undefined && readOid(type) === wanted && value ? [value.content.toString('utf8')] : []));
  return {
    commonName: texts(COMMON_NAME).at(-1) ?? '',
    organizations: texts(ORGANIZATION),
    subject: subject.whole,
    publicKey: publicKey.whole,
    altNames: altNamesOf(attributes),
  };
}

function altNamesOf(attributes: DerNode | undefined): Buffer | undefined {
  for (const [type, values] of attributes === undefined ? [] : inside(attributes).map(inside)) {
    if (type === undefined || readOid(type) !== EXTENSION_REQUEST) continue;
    const extensions = inside(values)
      .filter(({ tag }) => tag === TAG.sequence)
      .flatMap(inside);
    const found = extensions.find((extension) => inside(extension).some((part) => part.tag === TAG.oid && readOid(part) === ALT_NAMES));
    if (found) return found.whole;
  }
  return undefined;
}
