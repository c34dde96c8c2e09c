import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/**
 * The server's end of a connection, with a switch: while frozen, nothing passes in either direction and nobody is told, as when the
 * machine behind it lost its power. An HTTP server takes it in place of a socket.
 */
export class Wire extends Duplex {
  readonly #socket: Socket;
  #frozen = false;
  /** The port of the other end; 0 when that is gone already. */
  readonly clientPort: number;

  constructor(socket: Socket) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.clientPort = socket.remotePort ?? 0;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      if (!this.#frozen && !this.push(chunk)) socket.pause();
    });
    socket.on('end', () => {
      if (this.#frozen) return;
      // The HTTP server would try to end it once more, and make an error of it.
      if (this.writableEnded) this.destroy();
      else this.push(null);
    });
    socket.on('error', () => {}); // 'close' follows
    socket.on('close', () => {
      if (!this.#frozen) this.destroy();
    });
  }

  /** From now on packets vanish, an end of the connection included. */
  freeze(): void {
    this.#frozen = true;
    this.#socket.pause();
  }

  /** The machine is back and knows nothing of this connection: the other end is told by a reset. */
  reset(): void {
    this.#frozen = false;
    this.#socket.resetAndDestroy();
    this.destroy();
  }

  override _read(): void {
    if (!this.#frozen) this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // A frozen write is never acknowledged: the writer waits as it would for a full send buffer.
    if (!this.#frozen) this.#socket.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    if (!this.#frozen) this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#frozen) this.#socket.destroy();
    done(error);
  }
}
