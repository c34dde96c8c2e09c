/** The few things that a protobuf message is written with. Source: protobuf wire format. */

const VARINT = 0;
const DELIMITED = 2;

function varint(value: number): Buffer {
  const result: number[] = [];
  let left = value;
  do {
    const low = left & 0x7f;
    left >>>= 7;
    result.push(left > 0 ? low | 0x80 : low);
  } while (left > 0);
  return Buffer.from(result);
}

const tag = (field: number, type: number): Buffer => varint((field << 3) | type);

export const bytes = (...parts: readonly Buffer[]): Buffer => Buffer.concat(parts);

export function message(field: number, ...parts: readonly Buffer[]): Buffer {
  const body = bytes(...parts);
  return bytes(tag(field, DELIMITED), varint(body.length), body);
}

export const text = (field: number, value: string): Buffer => message(field, Buffer.from(value));

export const bool = (field: number, value: boolean): Buffer => bytes(tag(field, VARINT), varint(value ? 1 : 0));
