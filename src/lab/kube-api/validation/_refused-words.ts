/** For tests: words and shapes that rows of refused pods share. */

export const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
export const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
export const NAME_PART =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
export const C = 'spec.containers[0]';
export const volume = (source: object): object => ({ volumes: [{ name: 'v', ...source }] });
export const probe = (handler: object, rest: object = {}): object => ({ livenessProbe: { ...handler, ...rest } });

/** What is wrong, members of the spec, members of its container, and the causes in their order. */
export type Row = readonly [what: string, spec: object, container: object, causes: readonly string[]];
