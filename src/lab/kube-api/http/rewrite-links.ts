/** Links of a proxied page lead through the proxy again. Source: apimachinery util/proxy/transport.go, 1.36. */
import type { ProxyLocation } from './proxy-location.ts';

/** Attributes that hold addresses, by the elements that people meet. */
const LINK =
  /(<(?:a|area|audio|base|blockquote|body|button|del|embed|form|frame|iframe|img|input|ins|link|object|q|script|source|track|video)\b[^>]*?\s(?:href|src|action|background|cite|data|formaction|poster|longdesc|usemap)\s*=\s*)("[^"]*"|'[^']*')/gi;

/** An address of the page's own host gets the proxy's path before its own; all others stay. */
function rewritten(address: string, { host, port }: ProxyLocation, prefix: string): string {
  if (address === '' || address.startsWith('#')) return address;
  const base = `http://${host}:${port}`;
  if (!URL.canParse(address, base)) return address;
  const url = new URL(address, base);
  const isOwn = url.host === new URL(base).host;
  const isRelative = !/^(\w+:)?\/\//.test(address) && !address.startsWith('/');
  if (!isOwn || isRelative || url.pathname.startsWith(`${prefix}/`)) return address;
  return `${prefix}${url.pathname}${url.search}${url.hash}`;
}

export const rewriteLocation = (address: string, location: ProxyLocation, prefix: string): string => rewritten(address, location, prefix);

export const rewriteLinks = (page: string, location: ProxyLocation, prefix: string): string =>
  page.replace(LINK, (_, before: string, quoted: string) => {
    const quote = quoted.slice(0, 1);
    return `${before}${quote}${rewritten(quoted.slice(1, -1), location, prefix)}${quote}`;
  });
