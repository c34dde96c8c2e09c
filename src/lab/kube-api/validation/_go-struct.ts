/** Structures that the server prints in its internal form: members by their Go names, all of them, in Go's order. Source: util/validation/field/errors.go, 1.36. */

/** The Go name of a member, its name on the wire, and what stands there when it is absent. */
export type GoMember = readonly [goName: string, name: string, zero?: unknown];

/** The value as Go's JSON writes a structure without tags. */
export function goStruct(value: object | undefined, members: readonly GoMember[]): Readonly<Record<string, unknown>> {
  const given = (value ?? {}) as Readonly<Record<string, unknown>>; // looked at by name
  return Object.fromEntries(members.map(([goName, name, zero = null]) => [goName, given[name] ?? zero]));
}
