/** Formats that texts can be held to; a format that is not here is not checked. Source: kube-openapi pkg/validation/strfmt, 1.36. */
import { isIP, isIPv4, isIPv6 } from 'node:net';

const LABEL = '(?:[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)';
const SHORT_NAME = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const DATE_TIME = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt ]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]\d\d:?\d\d)$/;
const GO_DURATION = /^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;
const WORD_DURATION =
  /^(?:\d+\s*(?:nanoseconds?|nano|ns|microseconds?|micros?|us|µs|milliseconds?|millis?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)\s*)+$/;
const uuid = (version: string): RegExp =>
  new RegExp(
    `^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${version === '[0-9a-f]' || version === '3' ? '[0-9a-f]' : '[89ab]'}[0-9a-f]{3}-?[0-9a-f]{12}$`,
    'i',
  );

const isCidr = (text: string): boolean => {
  const [address = '', length = '', ...more] = text.split('/');
  const most = isIPv4(address) ? 32 : 128;
  return more.length === 0 && isIP(address) !== 0 && /^\d+$/.test(length) && Number(length) <= most;
};
const isUri = (text: string): boolean => URL.canParse(text) || text.startsWith('/');
const matches =
  (pattern: RegExp) =>
  (text: string): boolean =>
    pattern.test(text);

const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  bsonobjectid: matches(/^[0-9a-f]{24}$/i),
  byte: (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
  cidr: isCidr,
  date: matches(DATE),
  datetime: (text) => DATE_TIME.test(text),
  duration: (text) => GO_DURATION.test(text) || WORD_DURATION.test(text),
  email: matches(/^(?:[^<>@\s]+|"[^"]+")@[^<>@\s]+$/),
  hexcolor: matches(/^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i),
  hostname: (text) => text.length <= 255 && new RegExp(`^${LABEL}(?:\\.${LABEL})*\\.?$`).test(text),
  ipv4: (text) => isIPv4(text),
  ipv6: (text) => isIPv6(text) && text.includes(':'),
  k8slongname: (text) => text.length <= 253 && text.split('.').every((part) => SHORT_NAME.test(part)),
  k8sshortname: matches(SHORT_NAME),
  mac: matches(/^(?:[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}(?:[0-9a-f]{2}\1){0,2}[0-9a-f]{2}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2,3})$/i),
  uri: isUri,
  uuid: matches(uuid('[0-9a-f]')),
  uuid3: matches(uuid('3')),
  uuid4: matches(uuid('4')),
  uuid5: matches(uuid('5')),
};

/** `date-time` and `datetime` are the same. */
export const isOfFormat = (text: string, format: string): boolean => FORMATS[format.replaceAll('-', '')]?.(text) ?? true;
