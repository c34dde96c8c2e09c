/** The server's side of a SPDY/3.1 connection: streams that the client opens, over any pair of byte streams. No flow control, as its clients have none. */
import { Duplex } from 'node:stream';
import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib';
import { SPDY_DICTIONARY } from './spdy-dictionary.ts';
import { controlFrame, createFrameReader, dataFrames, FLAG_FIN, FRAME, headersOf, type Frame } from './spdy-frames.ts';

const CANCEL = 5;

/** One stream. Ending it sends a FIN; destroying it before its end sends a reset. */
export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly #send: (bytes: Buffer, done?: (error?: Error | null) => void) => void;
  #isReset = false;

  constructor(id: number, headers: ReadonlyMap<string, string>, send: (bytes: Buffer, done?: (error?: Error | null) => void) => void) {
    super({ allowHalfOpen: true });
    this.id = id;
    this.headers = headers;
    this.#send = send;
    this.on('error', () => {}); // 'close' follows
  }

  /** The client wrote. */
  receive({ flags, body }: Frame): void {
    if (this.destroyed) return;
    if (body.length > 0) this.push(Buffer.from(body));
    if ((flags & FLAG_FIN) !== 0) this.push(null);
  }

  /** The client reset it. */
  reset(): void {
    this.#isReset = true;
    this.destroy();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(dataFrames(this.id, 0, chunk), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#send(dataFrames(this.id, FLAG_FIN, Buffer.alloc(0)), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#isReset && !(this.writableFinished && this.readableEnded)) {
      const body = Buffer.alloc(8);
      body.writeUInt32BE(this.id);
      body.writeUInt32BE(CANCEL, 4);
      this.#send(controlFrame(FRAME.rstStream, 0, body));
    }
    done(error);
  }
}

export class SpdyConnection {
  readonly #wire: Duplex;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #inflate: Inflate = createInflate({ dictionary: SPDY_DICTIONARY });
  readonly #deflate: Deflate = createDeflate();
  readonly #onStream: (stream: SpdyStream) => void;

  /** Serves until the wire closes. */
  constructor(wire: Duplex, onStream: (stream: SpdyStream) => void) {
    this.#wire = wire;
    this.#onStream = onStream;
    wire.on('error', () => {}); // 'close' follows
    wire.once('close', () => this.#forget());
    void this.#serve();
  }

  /** Ends the connection once everything written has gone out. */
  end(): void {
    this.#wire.end();
  }

  async #serve(): Promise<void> {
    const read = createFrameReader();
    try {
      // Chunks of a byte stream without an encoding are buffers.
      for await (const chunk of this.#wire as AsyncIterable<Buffer>) for (const frame of read(chunk)) await this.#take(frame);
    } catch {
      // A wire that broke, or frames that are none: there is nobody to tell.
      this.#wire.destroy();
    }
    for (const stream of this.#streams.values()) stream.push(null);
  }

  async #take(frame: Frame): Promise<void> {
    if (frame.kind === 'data') return this.#streams.get(frame.streamId)?.receive(frame);
    const { type, body } = frame;
    if (type === FRAME.synStream) return this.#open(frame.flags, body);
    if (type === FRAME.headers) return void (await this.#inflated(body.subarray(4)));
    if (type === FRAME.rstStream) this.#streams.get(body.readUInt32BE())?.reset();
    if (type === FRAME.ping) this.#send(controlFrame(FRAME.ping, 0, body));
    // GOAWAY, SETTINGS and WINDOW_UPDATE change nothing here.
  }

  async #open(flags: number, body: Buffer): Promise<void> {
    const id = body.readUInt32BE();
    const headers = headersOf(await this.#inflated(body.subarray(10)));
    const stream = new SpdyStream(id, headers, (bytes, done) => this.#send(bytes, done));
    this.#streams.set(id, stream);
    stream.once('close', () => this.#streams.delete(id));
    const reply = Buffer.alloc(4);
    reply.writeUInt32BE(id);
    this.#send(controlFrame(FRAME.synReply, 0, Buffer.concat([reply, await this.#deflated(Buffer.alloc(4))])));
    if ((flags & FLAG_FIN) !== 0) stream.push(null);
    this.#onStream(stream);
  }

  #inflated(block: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#inflate.once('error', reject);
      this.#inflate.write(Buffer.from(block), () => {
        this.#inflate.removeListener('error', reject);
        resolve((this.#inflate.read() as Buffer | null) ?? Buffer.alloc(0)); // without an encoding it reads buffers
      });
    });
  }

  #deflated(block: Buffer): Promise<Buffer> {
    return new Promise((resolve) => {
      this.#deflate.write(block);
      this.#deflate.flush(constants.Z_SYNC_FLUSH, () => resolve((this.#deflate.read() as Buffer | null) ?? Buffer.alloc(0))); // as above
    });
  }

  #send(bytes: Buffer, done: (error?: Error | null) => void = () => {}): void {
    if (this.#wire.writable) this.#wire.write(bytes, done);
    else done();
  }

  #forget(): void {
    for (const stream of this.#streams.values()) stream.reset();
    this.#streams.clear();
    this.#inflate.close();
    this.#deflate.close();
  }
}
