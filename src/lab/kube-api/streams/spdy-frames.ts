/** Frames of SPDY/3.1, as far as Kubernetes' clients use them. Source: draft-mbelshe-httpbis-spdy-00, section 2.2 and 2.6. */

export const FRAME = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7, headers: 8 } as const;
export const FLAG_FIN = 1;

const CONTROL_VERSION = 0x8003;
const HEAD_BYTES = 8;
const MAX_LENGTH = 0xff_ff_ff;

export type Frame =
  | { readonly kind: 'control'; readonly type: number; readonly flags: number; readonly body: Buffer }
  | { readonly kind: 'data'; readonly streamId: number; readonly flags: number; readonly body: Buffer };

function head(first: number, flags: number, length: number): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES);
  bytes.writeUInt32BE(first);
  bytes.writeUInt8(flags, 4);
  bytes.writeUIntBE(length, 5, 3);
  return bytes;
}

export const controlFrame = (type: number, flags: number, body: Buffer): Buffer =>
  Buffer.concat([head(CONTROL_VERSION * 0x1_00_00 + type, flags, body.length), body]);

/** A body beyond 16 MiB is split. */
export function dataFrames(streamId: number, flags: number, body: Buffer): Buffer {
  if (body.length <= MAX_LENGTH) return Buffer.concat([head(streamId, flags, body.length), body]);
  return Buffer.concat([dataFrames(streamId, 0, body.subarray(0, MAX_LENGTH)), dataFrames(streamId, flags, body.subarray(MAX_LENGTH))]);
}

/** Cuts what arrives into frames; what is left waits for more. */
export function createFrameReader(): (chunk: Buffer) => Frame[] {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const frames: Frame[] = [];
    while (rest.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + rest.readUIntBE(5, 3);
      if (rest.length < end) break;
      const first = rest.readUInt32BE();
      const flags = rest.readUInt8(4);
      const body = rest.subarray(HEAD_BYTES, end);
      const isControl = first >= 0x80_00_00_00;
      frames.push(isControl ? { kind: 'control', type: first & 0xff_ff, flags, body } : { kind: 'data', streamId: first, flags, body });
      rest = rest.subarray(end);
    }
    return frames;
  };
}

/** Names and values of a header block that is no longer compressed. Names are in small letters. */
export function headersOf(block: Buffer): ReadonlyMap<string, string> {
  let at = 4;
  const text = (): string => {
    const length = block.readUInt32BE(at);
    at += 4 + length;
    return block.toString('utf8', at - length, at);
  };
  const headers = new Map<string, string>();
  for (let left = block.readUInt32BE(); left > 0; left--) {
    const name = text();
    headers.set(name.toLowerCase(), text());
  }
  return headers;
}
