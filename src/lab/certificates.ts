import { generate } from 'selfsigned';

/** PEM texts: a throw-away authority, and a certificate of its for loopback. The authority's key stands in no file. */
export interface Certificates {
  readonly ca: string;
  readonly key: string;
  readonly cert: string;
  /** The authority itself: whoever has its key is believed by all. */
  readonly authority: { readonly key: string; readonly cert: string };
  /** A certificate for another host, that of an Ingress. */
  readonly certificateFor: (host: string) => Promise<{ readonly key: string; readonly cert: string }>;
}

// Fixed, for the lab's clock and the wall's may be far apart and both sides check against their own.
const VALIDITY = { notBeforeDate: new Date('2020-01-01T00:00:00Z'), notAfterDate: new Date('2049-01-01T00:00:00Z') };
const EC = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256', ...VALIDITY } as const;

/** Makes new ones, on the curve P-256 (a few milliseconds). */
export async function createCertificates(): Promise<Certificates> {
  const authority = await generate([{ name: 'commonName', value: 'evenkeel lab CA' }], {
    ...EC,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    ],
  });
  const certify = async (host: string, altNames: readonly AltName[]): Promise<{ readonly key: string; readonly cert: string }> => {
    const made = await generate([{ name: 'commonName', value: host }], {
      ...EC,
      ca: { key: authority.private, cert: authority.cert },
      extensions: [
        { name: 'basicConstraints', cA: false, critical: true },
        { name: 'keyUsage', digitalSignature: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true },
        { name: 'subjectAltName', altNames: [...altNames] },
      ],
    });
    return { key: made.private, cert: made.cert };
  };
  const loopback = await certify('localhost', [
    { type: 2, value: 'localhost' },
    { type: 7, ip: '127.0.0.1' },
    { type: 7, ip: '::1' },
  ]);
  return {
    ca: authority.cert,
    authority: { key: authority.private, cert: authority.cert },
    ...loopback,
    certificateFor: (host) => (host === 'localhost' ? Promise.resolve(loopback) : certify(host, [{ type: 2, value: host }])),
  };
}

type AltName = { readonly type: 2; readonly value: string } | { readonly type: 7; readonly ip: string };
