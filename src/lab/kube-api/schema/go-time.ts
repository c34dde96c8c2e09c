/** Why a text is no time, in the words of Go's time.Parse. Source: Go, time/format.go, ParseError. */

type Element = readonly [name: string, pattern: RegExp];

const DATE_AND_TIME: readonly Element[] = [
  ['2006', /^\d{4}/],
  ['-', /^-/],
  ['01', /^(0[1-9]|1[0-2])/],
  ['-', /^-/],
  ['02', /^(0[1-9]|[12]\d|3[01])/],
  ['T', /^T/],
  ['15', /^([01]\d|2[0-3])/],
  [':', /^:/],
  ['04', /^[0-5]\d/],
  [':', /^:/],
  ['05', /^[0-5]\d(\.\d+)?/],
];
const ZONE: Element = ['Z07:00', /^(Z|[+-]\d\d:\d\d)/];

/** The complaint about `text`, or undefined when it is an RFC 3339 time. `micro`: the layout names microseconds. */
export function timeProblem(text: string, micro: boolean): string | undefined {
  const layout = micro ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
  let rest = text;
  for (const [name, pattern] of [...DATE_AND_TIME, ZONE]) {
    const found = pattern.exec(rest)?.[0];
    if (found === undefined)
      return `parsing time ${JSON.stringify(text)} as "${layout}": cannot parse ${JSON.stringify(rest)} as "${name}"`;
    rest = rest.slice(found.length);
  }
  return rest === '' ? undefined : `parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}`;
}
