/** Images that nobody can pull, told apart by their names alone: the lab asks no registry. */

export interface ImageFailure {
  readonly reason: 'ErrImagePull' | 'InvalidImageName';
  readonly message: string;
}

/** Source: distribution's reference grammar: small letters in a repository, a tag of at most 128 letters. */
const REFERENCE = /^(?:[A-Za-z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::[\w][\w.-]{0,127})?(?:@[a-z0-9]+:[a-f0-9]{32,})?$/;
/** Hosts that can not exist (RFC 2606), and one that people write for such. */
const NO_HOST = /^(?:[^/]+\.invalid|does\.not\.exist)(?::\d+)?$/;
const MISSING_TAG = 'missing';

/**
 * Why an image can not be pulled; undefined for all others. Not there are the tag `missing` of any repository, every registry whose name ends in `.invalid`,
 * and `does.not.exist`. Words: containerd 1.7's, and the kubelet's for names that are none.
 */
export function imageFailure(image: string): ImageFailure | undefined {
  if (!REFERENCE.test(image)) {
    const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`;
    return { reason: 'InvalidImageName', message };
  }
  const [host = ''] = image.split('/');
  const isHost = image.includes('/') && NO_HOST.test(host);
  const tag = /:([\w][\w.-]*)$/.exec(image.replace(/@.*$/, ''))?.[1];
  if (!isHost && tag !== MISSING_TAG) return undefined;
  const full = fullName(image);
  const resolve = `failed to pull and unpack image "${full}": failed to resolve reference "${full}"`;
  if (!isHost) return { reason: 'ErrImagePull', message: `rpc error: code = NotFound desc = ${resolve}: ${full}: not found` };
  const repository = full.slice(host.length + 1).replace(/[:@].*$/, '');
  const asked = `failed to do request: Head "https://${host}/v2/${repository}/manifests/${tag ?? 'latest'}"`;
  const looked = `dial tcp: lookup ${host.replace(/:\d+$/, '')}: no such host`;
  return { reason: 'ErrImagePull', message: `rpc error: code = Unknown desc = ${resolve}: ${asked}: ${looked}` };
}

/** As containerd writes a name: with its registry, its folder and its tag. */
function fullName(image: string): string {
  const [first = ''] = image.split('/');
  const hasHost = image.includes('/') && /[.:]|^localhost$/.test(first);
  const placed = hasHost ? image : `docker.io/${image.includes('/') ? '' : 'library/'}${image}`;
  return /:[\w][\w.-]*$/.test(placed) || placed.includes('@') ? placed : `${placed}:latest`;
}
