/** Which containers run a command of the lab's shell instead of a server: those that people start to look around. */
import type { Container, Pod } from '../../kubernetes/index.ts';
import { knowsCommand } from './shell/index.ts';

/** Images that start a shell when they are told nothing. */
const SHELL_IMAGES =
  /^(busybox|alpine|debian|ubuntu|fedora|centos|rockylinux|almalinux|bash|netshoot|base-ubuntu|base-core|core|network-multitool|dnsutils|jessie-dnsutils|toybox|git)$/;
/** Images that put a program before their arguments. */
const ENTRYPOINTS: Readonly<Record<string, string>> = { curl: 'curl', 'alpine-curl': 'curl' };

/** The last part of an image's name, without tag and digest. */
const nameOf = (image: string): string =>
  image
    .replace(/@.*$/, '')
    .replace(/:[^/:]*$/, '')
    .split('/')
    .at(-1) ?? '';

export const isEphemeral = ({ spec }: Pod, name: string): boolean =>
  (spec?.ephemeralContainers ?? []).some((container) => container.name === name);

/** A pod that no controller made, and that somebody talks to or waits for. */
const isByHand = ({ metadata, spec }: Pod, { stdin }: Container): boolean =>
  (metadata.ownerReferences ?? []).length === 0 && (stdin === true || spec?.restartPolicy === 'Never');

/** The words of the command; undefined when the container's image does what is not known here. */
export function commandOf(pod: Pod, container: Container): readonly string[] | undefined {
  const debugs = isEphemeral(pod, container.name);
  if (!debugs && !isByHand(pod, container)) return undefined;
  const image = nameOf(container.image ?? '');
  const given = [...(container.command ?? []), ...(container.args ?? [])];
  const entrypoint = container.command === undefined && given.length > 0 && !knowsCommand(given) ? ENTRYPOINTS[image] : undefined;
  const words = entrypoint === undefined ? given : [entrypoint, ...given];
  if (words.length === 0) return debugs || SHELL_IMAGES.test(image) ? ['sh'] : undefined;
  return debugs || knowsCommand(words) ? words : undefined;
}
