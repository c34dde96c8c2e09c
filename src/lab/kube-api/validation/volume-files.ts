/** Volumes of files: config maps, secrets, the downward API, and several of them in one. Source: validateProjectionSources and kin, 1.36. */
import type { Problems } from '../problems.ts';
import { validateLabelSelector } from './_labels.ts';
import { goValue } from './_go-value.ts';
import { validateMode, validateUnreservedPath } from './_paths.ts';
import type { PodCertificateFields, ProjectionFields, VolumeFields } from './_pod-fields.ts';
import { clusterTrustBundleNameProblems, validateSignerName } from './signer-names.ts';
import { FILE_FIELDS, validateFieldReference, validateResourceReference } from './pod-references.ts';

type Of<K extends keyof VolumeFields> = NonNullable<VolumeFields[K]>;
type Item = NonNullable<Of<'configMap'>['items']>[number];
type DownwardFile = NonNullable<Of<'downwardAPI'>['items']>[number];

function validateItem({ key = '', path: file = '', mode }: Item, path: string, problems: Problems): void {
  if (key === '') problems.required(`${path}.key`);
  if (file === '') problems.required(`${path}.path`);
  validateUnreservedPath(file, `${path}.path`, problems);
  validateMode(mode, `${path}.mode`, problems);
}

function validateItems(items: readonly Item[] | undefined, path: string, problems: Problems): void {
  for (const [index, item] of (items ?? []).entries()) validateItem(item, `${path}.items[${index}]`, problems);
}

export function validateSecretVolume({ secretName = '', defaultMode, items }: Of<'secret'>, path: string, problems: Problems): void {
  if (secretName === '') problems.required(`${path}.secretName`);
  validateMode(defaultMode, `${path}.defaultMode`, problems);
  validateItems(items, path, problems);
}

export function validateConfigMapVolume({ name = '', defaultMode, items }: Of<'configMap'>, path: string, problems: Problems): void {
  if (name === '') problems.required(`${path}.name`);
  validateMode(defaultMode, `${path}.defaultMode`, problems);
  validateItems(items, path, problems);
}

/** Problems of a file are told at the volume. */
function validateDownwardFile(file: DownwardFile, path: string, problems: Problems): void {
  const { path: name = '', fieldRef, resourceFieldRef, mode } = file;
  if (name === '') problems.required(`${path}.path`);
  validateUnreservedPath(name, `${path}.path`, problems);
  if (fieldRef) {
    validateFieldReference(fieldRef, FILE_FIELDS, `${path}.fieldRef`, problems);
    if (resourceFieldRef) problems.invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously');
  } else if (resourceFieldRef) validateResourceReference(resourceFieldRef, `${path}.resourceFieldRef`, problems, true);
  else problems.required(path, 'one of fieldRef and resourceFieldRef is required');
  validateMode(mode, `${path}.mode`, problems);
}

export function validateDownwardVolume({ defaultMode, items = [] }: Of<'downwardAPI'>, path: string, problems: Problems): void {
  validateMode(defaultMode, `${path}.defaultMode`, problems);
  for (const file of items) validateDownwardFile(file, path, problems);
}

/** Paths of one projected volume: no two sources may write the same file. */
class TakenPaths {
  readonly #taken = new Set<string>();
  readonly #field: string;
  readonly #problems: Problems;
  constructor(field: string, problems: Problems) {
    this.#field = field;
    this.#problems = problems;
  }
  take(path: string, blamed: string): void {
    if (this.#taken.has(path)) this.#problems.invalid(this.#field, blamed, 'conflicting duplicate paths');
    this.#taken.add(path);
  }
}

export function validateProjectedVolume({ defaultMode, sources = [] }: Of<'projected'>, path: string, problems: Problems): void {
  validateMode(defaultMode, `${path}.defaultMode`, problems);
  const taken = new TakenPaths(path, problems);
  for (const [index, source] of sources.entries()) {
    const at = `${path}.sources[${index}]`;
    validateProjection(source, { at, volume: path }, problems, taken);
    const kinds = Object.values(source).filter((value) => value !== undefined).length;
    if (kinds > 1) problems.forbidden(at, 'may not specify more than 1 volume type per source');
  }
}

interface Places {
  readonly at: string;
  readonly volume: string;
}

function validateProjection(source: ProjectionFields, { at, volume }: Places, problems: Problems, taken: TakenPaths): void {
  for (const key of ['secret', 'configMap'] as const) {
    const files = source[key];
    if (!files) continue;
    const { name = '', items = [] } = files;
    if (name === '') problems.required(`${at}.${key}.name`);
    for (const [index, item] of items.entries()) {
      validateItem(item, `${at}.${key}.items[${index}]`, problems);
      if ((item.path ?? '') !== '') taken.take(item.path ?? '', name);
    }
  }
  for (const file of source.downwardAPI?.items ?? []) {
    validateDownwardFile(file, `${at}.downwardAPI`, problems);
    if ((file.path ?? '') !== '') taken.take(file.path ?? '', file.path ?? '');
  }
  if (source.serviceAccountToken) validateToken(source.serviceAccountToken, `${at}.serviceAccountToken`, volume, problems);
  if (source.clusterTrustBundle) validateTrustBundle(source.clusterTrustBundle, `${at}.clusterTrustBundle`, problems, taken);
  if (source.podCertificate) validatePodCertificate(source.podCertificate, `${at}.podCertificate`, problems, taken);
}

const SHORTEST_TOKEN_SECONDS = 600;
const LONGEST_TOKEN_SECONDS = 2 ** 32;

function validateToken(
  token: NonNullable<ProjectionFields['serviceAccountToken']>,
  path: string,
  volume: string,
  problems: Problems,
): void {
  const { expirationSeconds = 0, path: file = '' } = token;
  const at = `${path}.expirationSeconds`;
  if (expirationSeconds < SHORTEST_TOKEN_SECONDS) {
    problems.invalid(at, expirationSeconds, 'may not specify a duration less than 10 minutes');
  }
  if (expirationSeconds > LONGEST_TOKEN_SECONDS) {
    problems.invalid(at, expirationSeconds, 'may not specify a duration larger than 2^32 seconds');
  }
  if (file === '') problems.required(`${volume}.path`);
  else validateUnreservedPath(file, `${volume}.path`, problems);
}

function validateTrustBundle(
  bundle: NonNullable<ProjectionFields['clusterTrustBundle']>,
  path: string,
  problems: Problems,
  taken: TakenPaths,
): void {
  const { name, signerName, labelSelector, path: file = '' } = bundle;
  if (name !== undefined && signerName !== undefined) {
    problems.invalid(path, goValue('ClusterTrustBundleProjection', bundle), 'only one of name and signerName may be used');
  } else if (name !== undefined) {
    if (name === '') problems.required(`${path}.name`, 'must be a valid object name');
    const texts = clusterTrustBundleNameProblems(name).map((text) => `not a valid clustertrustbundlename: ${text}`);
    problems.eachInvalid(`${path}.name`, name, texts);
    if (labelSelector) problems.invalid(`${path}.labelSelector`, labelSelector, 'labelSelector must be unset if name is specified');
  } else if (signerName === undefined) problems.required(path, 'either name or signerName must be specified');
  else {
    if (signerName === '') problems.required(`${path}.signerName`, 'must be a valid signer name');
    validateSignerName(signerName, `${path}.signerName`, problems);
    validateLabelSelector(labelSelector, `${path}.labelSelector`, problems);
  }
  if (file === '') problems.required(`${path}.path`);
  validateUnreservedPath(file, `${path}.path`, problems);
  taken.take(file, file);
}

const KEY_TYPES = ['RSA3072', 'RSA4096', 'ECDSAP256', 'ECDSAP384', 'ECDSAP521', 'ED25519'];
const SHORTEST_CERTIFICATE_SECONDS = 3600;
const LONGEST_CERTIFICATE_SECONDS = 91 * 24 * 3600;

function validatePodCertificate(certificate: PodCertificateFields, path: string, problems: Problems, taken: TakenPaths): void {
  const { signerName = '', keyType = '', maxExpirationSeconds: seconds } = certificate;
  validateSignerName(signerName, `${path}.signerName`, problems);
  if (!KEY_TYPES.includes(keyType)) problems.unsupported(`${path}.keyType`, keyType, KEY_TYPES);
  if (seconds !== undefined && (seconds < SHORTEST_CERTIFICATE_SECONDS || seconds > LONGEST_CERTIFICATE_SECONDS)) {
    const range = `${SHORTEST_CERTIFICATE_SECONDS} and ${LONGEST_CERTIFICATE_SECONDS}`;
    problems.invalid(`${path}.maxExpirationSeconds`, seconds, `if provided, maxExpirationSeconds must be between ${range}`);
  }
  const files = (['credentialBundlePath', 'keyPath', 'certificateChainPath'] as const).filter((key) => (certificate[key] ?? '') !== '');
  if (files.length === 0) {
    problems.required(path, 'specify at least one of credentialBundlePath, keyPath, and certificateChainPath');
  }
  for (const key of files) {
    const file = certificate[key] ?? '';
    validateUnreservedPath(file, `${path}.${key}`, problems);
    taken.take(file, file);
  }
}
