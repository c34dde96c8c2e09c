/** What the API server adds to CEL. Source: apiserver pkg/cel/library (lists, regex, urls, quantity, ip, cidr) and cel-go ext/strings, 1.36. */
import { Environment } from '@marcbachmann/cel-js';
import { BlockList, isIP, isIPv4 } from 'node:net';
import { toMilli } from '../../../../kubernetes/index.ts';
import { withFormats } from './cel-formats.ts';
import { withOptionalMacros } from './cel-optional-macros.ts';
import { isSame, withSets } from './cel-sets.ts';
import { readGoPattern, type GoPattern } from '../go-pattern.ts';

/** A quantity in CEL's eyes. */
class Quantity {
  readonly text: string;
  readonly milli: number;
  constructor(text: string) {
    this.text = text;
    this.milli = milliOf(text);
  }
}

/** An address in CEL's eyes. */
class Ip {
  readonly text: string;
  constructor(text: string) {
    if (isIP(text) === 0) throw new Error(`IP Address ${JSON.stringify(text)} parse error during conversion from string`);
    this.text = text;
  }
}

/** A range of addresses. */
class Cidr {
  readonly address: string;
  readonly length: number;
  readonly #addresses = new BlockList();
  constructor(text: string) {
    const [address = '', length = ''] = text.split('/');
    if (!isCidr(text)) throw new Error(`network address parse error during conversion from string: ${text}`);
    this.address = address;
    this.length = Number(length);
    this.#addresses.addSubnet(address, this.length, familyOf(address));
  }
  has(address: string): boolean {
    return isIP(address) !== 0 && this.#addresses.check(address, familyOf(address));
  }
  holds(inner: Cidr): boolean {
    return familyOf(inner.address) === familyOf(this.address) && inner.length >= this.length && this.has(inner.address);
  }
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv4(address) ? 'ipv4' : 'ipv6');

function isCidr(text: string): boolean {
  const [address = '', length = '', ...more] = text.split('/');
  return more.length === 0 && isIP(address) !== 0 && /^\d+$/.test(length) && Number(length) <= (isIPv4(address) ? 32 : 128);
}

const QUANTITY = /^[+-]?(\d+(?:\.\d*)?|\.\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/;
function milliOf(text: string): number {
  if (!QUANTITY.test(text)) throw new Error("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  return toMilli(text);
}

const compare = (a: Comparable, b: Comparable): number => (a < b ? -1 : a > b ? 1 : 0);
type Comparable = bigint | number | string;

/** Items of lists in CEL are of one comparable type; another one fails there too. */
const comparable = (list: readonly unknown[]): readonly Comparable[] => list as readonly Comparable[];

function extreme(list: readonly unknown[], name: string, sign: 1 | -1): Comparable {
  const [first, ...rest] = comparable(list);
  if (first === undefined) throw new Error(`${name} called on empty list`);
  return rest.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best), first);
}

function summed(list: readonly unknown[]): number | bigint {
  const items = comparable(list);
  if (items.every((item) => typeof item === 'bigint')) return items.reduce((sum: bigint, item) => sum + item, 0n);
  return items.reduce((sum: number, item) => sum + Number(item), 0);
}

function pattern(text: string): GoPattern {
  const read = readGoPattern(text);
  if ('problem' in read) throw new Error(read.problem);
  return read.pattern;
}

function formatted(text: string, args: readonly unknown[]): string {
  let at = 0;
  return text.replaceAll(/%(?:\.(\d+))?([sdfxobeXv%])/g, (_whole, digits: string | undefined, verb: string) => {
    if (verb === '%') return '%';
    const value = args[at++];
    if (verb === 'f') return Number(value).toFixed(digits === undefined ? 6 : Number(digits));
    if (verb === 'e') return Number(value).toExponential(digits === undefined ? 6 : Number(digits));
    const radix = { x: 16, X: 16, o: 8, b: 2 }[verb];
    if (radix === undefined) return shown(value);
    const number = BigInt(typeof value === 'bigint' || typeof value === 'number' ? value : 0).toString(radix);
    return verb === 'X' ? number.toUpperCase() : number;
  });
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  return typeof value === 'object' && value !== null
    ? JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? Number(item) : item))
    : String(value);
}

/** What `matches` is called here: the CEL library's own would backtrack. */
export const LINEAR_MATCHES = 'matchesLinearly';

function withTexts(env: Environment): void {
  env
    .registerFunction('string.charAt(int): string', (text: string, at: bigint) => text.charAt(Number(at)))
    .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) => text.replaceAll(from, () => to))
    .registerFunction('string.replace(string, string, int): string', (text: string, from: string, to: string, limit: bigint) => {
      const parts = text.split(from);
      const most = limit < 0n ? parts.length : Number(limit);
      return parts.slice(1).reduce((whole, part, index) => `${whole}${index < most ? to : from}${part}`, parts[0] ?? '');
    })
    .registerFunction('string.reverse(): string', (text: string) => Array.from(text).reverse().join(''))
    .registerFunction('string.find(string): string', (text: string, by: string) => pattern(by).allIn(text, 1)[0] ?? '')
    .registerFunction('string.findAll(string): list<string>', (text: string, by: string) => pattern(by).allIn(text))
    .registerFunction('string.findAll(string, int): list<string>', (text: string, by: string, most: bigint) =>
      pattern(by).allIn(text, most < 0n ? undefined : Number(most)),
    )
    .registerFunction(`string.${LINEAR_MATCHES}(string): bool`, (text: string, by: string) => pattern(by).isIn(text))
    .registerFunction('matches(string, string): bool', (text: string, by: string) => pattern(by).isIn(text))
    .registerFunction('string.format(list): string', (text: string, args: readonly unknown[]) => formatted(text, args));
}

function withLists(env: Environment): void {
  env
    .registerFunction('list.isSorted(): bool', (list: readonly unknown[]) => {
      const items = comparable(list);
      return items.every((item, index) => index === 0 || compare(items[index - 1] ?? item, item) <= 0);
    })
    .registerFunction('list.sum(): dyn', (list: readonly unknown[]) => summed(list))
    .registerFunction('list.min(): dyn', (list: readonly unknown[]) => extreme(list, 'min', -1))
    .registerFunction('list.max(): dyn', (list: readonly unknown[]) => extreme(list, 'max', 1))
    .registerFunction('list.indexOf(dyn): int', (list: readonly unknown[], item: unknown) =>
      BigInt(list.findIndex((other) => isSame(item, other))),
    )
    .registerFunction('list.lastIndexOf(dyn): int', (list: readonly unknown[], item: unknown) =>
      BigInt(list.findLastIndex((other) => isSame(item, other))),
    );
}

function withAddresses(env: Environment): void {
  env
    .registerType('kubernetes.URL', URL)
    .registerFunction('isURL(string): bool', (text: string) => URL.canParse(text) || text.startsWith('/'))
    .registerFunction('url(string): kubernetes.URL', (text: string) => new URL(text, 'relative:'))
    .registerFunction('kubernetes.URL.getScheme(): string', (url: URL) => url.protocol.replace(/:$/, '').replace('relative', ''))
    .registerFunction('kubernetes.URL.getHost(): string', (url: URL) => url.host)
    .registerFunction('kubernetes.URL.getHostname(): string', (url: URL) => url.hostname.replaceAll(/^\[|\]$/g, ''))
    .registerFunction('kubernetes.URL.getPort(): string', (url: URL) => url.port)
    .registerFunction('kubernetes.URL.getEscapedPath(): string', (url: URL) => (url.pathname === '/' ? '' : url.pathname))
    .registerFunction('isIP(string): bool', (text: string) => isIP(text) !== 0)
    .registerFunction('isCIDR(string): bool', (text: string) => isCidr(text))
    .registerType('kubernetes.IP', Ip)
    .registerFunction('ip(string): kubernetes.IP', (text: string) => new Ip(text))
    .registerFunction('string(kubernetes.IP): string', ({ text }: Ip) => text)
    .registerFunction('kubernetes.IP.isLoopback(): bool', ({ text }: Ip) => new Cidr(isIPv4(text) ? '127.0.0.0/8' : '::1/128').has(text))
    .registerFunction('kubernetes.IP.isUnspecified(): bool', ({ text }: Ip) => new Cidr(isIPv4(text) ? '0.0.0.0/32' : '::/128').has(text))
    .registerFunction('kubernetes.IP.isLinkLocalUnicast(): bool', ({ text }: Ip) =>
      new Cidr(isIPv4(text) ? '169.254.0.0/16' : 'fe80::/10').has(text),
    )
    .registerFunction('kubernetes.IP.isLinkLocalMulticast(): bool', ({ text }: Ip) =>
      new Cidr(isIPv4(text) ? '224.0.0.0/24' : 'ff02::/16').has(text),
    )
    .registerFunction('kubernetes.IP.family(): int', ({ text }: Ip) => (isIPv4(text) ? 4n : 6n))
    .registerType('kubernetes.CIDR', Cidr)
    .registerFunction('string(kubernetes.CIDR): string', ({ address, length }: Cidr) => `${address}/${length}`)
    .registerFunction('cidr(string): kubernetes.CIDR', (text: string) => new Cidr(text))
    .registerFunction('kubernetes.CIDR.containsCIDR(string): bool', (range: Cidr, text: string) => range.holds(new Cidr(text)))
    .registerFunction('kubernetes.CIDR.containsCIDR(kubernetes.CIDR): bool', (range: Cidr, inner: Cidr) => range.holds(inner))
    .registerFunction('kubernetes.CIDR.ip(): kubernetes.IP', ({ address }: Cidr) => new Ip(address))
    .registerFunction('kubernetes.CIDR.prefixLength(): int', ({ length }: Cidr) => BigInt(length))
    .registerFunction('kubernetes.CIDR.containsIP(string): bool', (range: Cidr, text: string) => range.has(text))
    .registerFunction('kubernetes.CIDR.containsIP(kubernetes.IP): bool', (range: Cidr, { text }: Ip) => range.has(text));
}

const sum = (a: number, b: number): Quantity => new Quantity(`${a + b}m`);

function withQuantities(env: Environment): void {
  env
    .registerType('kubernetes.Quantity', Quantity)
    .registerFunction('isQuantity(string): bool', (text: string) => QUANTITY.test(text))
    .registerFunction('quantity(string): kubernetes.Quantity', (text: string) => new Quantity(text))
    .registerFunction('kubernetes.Quantity.isGreaterThan(kubernetes.Quantity): bool', (a: Quantity, b: Quantity) => a.milli > b.milli)
    .registerFunction('kubernetes.Quantity.isLessThan(kubernetes.Quantity): bool', (a: Quantity, b: Quantity) => a.milli < b.milli)
    .registerFunction('kubernetes.Quantity.compareTo(kubernetes.Quantity): int', (a: Quantity, b: Quantity) =>
      BigInt(compare(a.milli, b.milli)),
    )
    .registerFunction('kubernetes.Quantity.sign(): int', (a: Quantity) => BigInt(Math.sign(a.milli)))
    .registerFunction('kubernetes.Quantity.isInteger(): bool', (a: Quantity) => a.milli % 1000 === 0)
    .registerFunction('kubernetes.Quantity.add(kubernetes.Quantity): kubernetes.Quantity', (a: Quantity, b: Quantity) =>
      sum(a.milli, b.milli),
    )
    .registerFunction('kubernetes.Quantity.add(int): kubernetes.Quantity', (a: Quantity, b: bigint) => sum(a.milli, Number(b) * 1000))
    .registerFunction('kubernetes.Quantity.sub(kubernetes.Quantity): kubernetes.Quantity', (a: Quantity, b: Quantity) =>
      sum(a.milli, -b.milli),
    )
    .registerFunction('kubernetes.Quantity.sub(int): kubernetes.Quantity', (a: Quantity, b: bigint) => sum(a.milli, -Number(b) * 1000))
    .registerFunction('kubernetes.Quantity.asInteger(): int', (a: Quantity) => BigInt(Math.trunc(a.milli / 1000)))
    .registerFunction('kubernetes.Quantity.asApproximateFloat(): double', (a: Quantity) => a.milli / 1000);
}

/** The environment that rules of definitions are read in; `oldSelf` may be there or not, where a rule asks for that. */
export function celEnvironment(oldSelf: 'dyn' | 'optional<dyn>'): Environment {
  const env = new Environment({ unlistedVariablesAreDyn: false, enableOptionalTypes: true, homogeneousAggregateLiterals: false });
  for (const add of [withTexts, withLists, withSets, withFormats, withAddresses, withQuantities, withOptionalMacros]) add(env);
  return env.registerVariable('self', 'dyn').registerVariable('oldSelf', oldSelf);
}
