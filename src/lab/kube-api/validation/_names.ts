/** Why a text is no name of its kind, in the API server's words; an empty list when it is one. Source: apimachinery util/validation and api/validate/content, 1.36. */

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const LABEL_WITH_UNDERSCORE = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

/** A text's rule: what it must match, and how that is told. */
interface Shape {
  readonly pattern: string;
  readonly regExp: RegExp;
  readonly text: string;
}

/** `what (e.g. 'a',  or 'b', regex used for validation is '…')`. */
export function regexProblem(what: string, pattern: string, examples: readonly string[] = []): string {
  if (examples.length === 0) return `${what} (regex used for validation is '${pattern}')`;
  return `${what} (e.g. ${examples.map((example) => `'${example}', `).join(' or ')}regex used for validation is '${pattern}')`;
}

const shape = (pattern: string, what: string, ...examples: readonly string[]): Shape => ({
  pattern,
  regExp: new RegExp(`^(?:${pattern})$`),
  text: regexProblem(what, pattern, examples),
});

const DNS_LABEL = shape(
  LABEL,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  'my-name',
  '123-abc',
);
const DNS_SUBDOMAIN = shape(
  `${LABEL}(\\.${LABEL})*`,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  'example.com',
);
const DNS_SUBDOMAIN_WITH_UNDERSCORE = shape(
  `${LABEL_WITH_UNDERSCORE}(\\.${LABEL_WITH_UNDERSCORE})*`,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
  'example.com',
);
const WILDCARD_SUBDOMAIN = shape(
  `\\*\\.${DNS_SUBDOMAIN.pattern}`,
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  '*.example.com',
);
const DNS_1035_LABEL = shape(
  '[a-z]([-a-z0-9]*[a-z0-9])?',
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  'my-name',
  'abc-123',
);
const QUALIFIED_TEXT = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const NAME_PART = shape(QUALIFIED, `name part ${QUALIFIED_TEXT}`, 'MyName', 'my.name', '123-abc');
const QUALIFIED_NAME = shape(QUALIFIED, `a qualified name ${QUALIFIED_TEXT}`, 'MyName', 'my.name', '123-abc');
const LABEL_VALUE = shape(
  `(${QUALIFIED})?`,
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  'MyValue',
  'my_value',
  '12345',
);
const CONFIG_KEY = shape(
  '[-._a-zA-Z0-9]+',
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  'key.name',
  'KEY_NAME',
  'key-name',
);
const HEADER_NAME = shape('[-A-Za-z0-9]+', "a valid HTTP header must consist of alphanumeric characters or '-'", 'X-Header-Name');
const PERCENT = shape('[0-9]+%', "a valid percent string must be a numeric string followed by an ending '%'", '1%', '93%');

const LONGEST_LABEL = 63;
const LONGEST_SUBDOMAIN = 253;
const LONGEST_PORT_NAME = 15;

/** A text has more bytes than allowed; most are so short that nothing needs counting. */
export const isLongerThan = (value: string, bytes: number): boolean => value.length * 3 > bytes && Buffer.byteLength(value) > bytes;

export const tooLongProblem = (bytes: number): string => `must be no more than ${bytes} bytes`;

function shapeProblems(value: string, { regExp, text }: Shape, longest = Number.POSITIVE_INFINITY): string[] {
  const found: string[] = [];
  if (isLongerThan(value, longest)) found.push(tooLongProblem(longest));
  if (!regExp.test(value)) found.push(text);
  return found;
}

/** RFC 1123 subdomain: names of most objects. */
export const subdomainProblems = (value: string): string[] => shapeProblems(value, DNS_SUBDOMAIN, LONGEST_SUBDOMAIN);

/** As a subdomain, and underscores may stand in it. */
export const subdomainWithUnderscoreProblems = (value: string): string[] =>
  shapeProblems(value, DNS_SUBDOMAIN_WITH_UNDERSCORE, LONGEST_SUBDOMAIN);

/** `*.example.com`. */
export const wildcardSubdomainProblems = (value: string): string[] => shapeProblems(value, WILDCARD_SUBDOMAIN, LONGEST_SUBDOMAIN);

/** RFC 1123 label: names of containers, volumes, namespaces. */
export function labelProblems(value: string): string[] {
  const found = shapeProblems(value, DNS_LABEL, LONGEST_LABEL);
  // What is a subdomain and no label has dots: that is all there is to say.
  return DNS_SUBDOMAIN.regExp.test(value) ? found.map((text) => (text === DNS_LABEL.text ? 'must not contain dots' : text)) : found;
}

/** RFC 1035 label: names of Services. */
export const serviceNameProblems = (value: string): string[] => shapeProblems(value, DNS_1035_LABEL, LONGEST_LABEL);

/** Keys of labels, annotations, taints, finalizers. */
export function qualifiedNameProblems(value: string): string[] {
  const parts = value.split('/');
  if (parts.length > 2) return [`${QUALIFIED_NAME.text} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  const found: string[] = [];
  const name = parts.at(-1) ?? '';
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    if (prefix === '') found.push('prefix part must be non-empty');
    else found.push(...subdomainProblems(prefix).map((text) => `prefix part ${text}`));
  }
  if (name === '') found.push('name part must be non-empty');
  else if (isLongerThan(name, LONGEST_LABEL)) found.push(`name part ${tooLongProblem(LONGEST_LABEL)}`);
  if (!NAME_PART.regExp.test(name)) found.push(NAME_PART.text);
  return found;
}

export const labelValueProblems = (value: string): string[] => shapeProblems(value, LABEL_VALUE, LONGEST_LABEL);

/** A name that would lead out of its folder. */
function folderProblems(value: string): string[] {
  if (value === '.') return ["must not be '.'"];
  if (value === '..') return ["must not be '..'"];
  return value.startsWith('..') ? ["must not start with '..'"] : [];
}

/** Keys of config maps and secrets. */
export const configKeyProblems = (value: string): string[] => [
  ...shapeProblems(value, CONFIG_KEY, LONGEST_SUBDOMAIN),
  ...folderProblems(value),
];

/** Names of ports (IANA service names). */
export function portNameProblems(value: string): string[] {
  const found: string[] = [];
  if (isLongerThan(value, LONGEST_PORT_NAME)) found.push(tooLongProblem(LONGEST_PORT_NAME));
  if (!/^[-a-z0-9]+$/.test(value)) found.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) found.push('must contain at least one letter (a-z)');
  if (value.includes('--')) found.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) found.push('must not begin or end with a hyphen');
  return found;
}

/** Names of environment variables, by the relaxed rule that holds since 1.34. */
export function environmentNameProblems(value: string): string[] {
  if (value === '') return ['environment variable name must be non-empty'];
  return /^[\x20-\x3c\x3e-\x7e]*$/.test(value)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

export const headerNameProblems = (value: string): string[] => shapeProblems(value, HEADER_NAME);

/** `25%`. */
export const percentProblems = (value: string): string[] => shapeProblems(value, PERCENT);
