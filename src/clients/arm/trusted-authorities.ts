import { rootCertificates } from 'node:tls';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import type { ReadFile } from './read-auth-file.ts';

/** Variables that name a PEM file of authorities to trust besides the usual ones, and whether a wrong one is an error. */
const VARIABLES: readonly (readonly [name: string, required: boolean])[] = [
  ['EVENKEEL_CA_FILE', true],
  ['SSL_CERT_FILE', true],
  // Node only warns about this one, and reads it at its own start; a process that sets it later still means it.
  ['NODE_EXTRA_CA_CERTS', false],
];

/**
 * Certificates to trust, as PEM texts: the usual authorities and those of the files that the environment names.
 * Undefined when the environment names none, so that the platform's own choice stands. Errors: `INVALID_INPUT`.
 */
export async function trustedAuthorities(
  env: Readonly<Record<string, string | undefined>>,
  readFile: ReadFile,
): Promise<string[] | undefined> {
  const added: string[] = [];
  for (const [name, required] of VARIABLES) {
    const path = env[name];
    if (path === undefined || path === '') continue;
    try {
      added.push(new TextDecoder().decode(await readFile(path)));
    } catch (cause) {
      if (!required) continue;
      throw new EvenkeelError('INVALID_INPUT', `the certificate file ${path} (${name}) can not be read: ${messageOf(cause)}`, {
        blame: 'input',
        cause,
      });
    }
  }
  return added.length === 0 ? undefined : [...rootCertificates, ...added];
}
