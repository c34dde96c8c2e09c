/** Names of images. Source: pkg/util/parsers ParseImageName and distribution/reference, as used by 1.36. */

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const DOMAIN = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(?::\d+)?$/;
const REST = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*(?::([\\w][\\w.-]{0,127}))?(@[a-z0-9A-Z+._-]+:[0-9a-fA-F]{32,})?$`);

/** What stands before the first slash is a host when it looks like one. */
const isDomain = (part: string): boolean => part === 'localhost' || /[.:A-Z]/.test(part);

/** The image's tag is `latest`, or it has neither tag nor digest. What is no image's name is not. */
export function isLatestImage(image: string): boolean {
  const slash = image.indexOf('/');
  const first = slash < 0 ? '' : image.slice(0, slash);
  const hasDomain = slash >= 0 && isDomain(first);
  if (hasDomain && !DOMAIN.test(first)) return false;
  const [whole, tag, digest] = REST.exec(hasDomain ? image.slice(slash + 1) : image) ?? [];
  if (whole === undefined) return false;
  return tag === undefined ? digest === undefined : tag === 'latest';
}
