/** The input and output of a container's own process: its log, and whoever is attached. */
import { PassThrough } from 'node:stream';
import type { CommandIo } from '../kube-api/index.ts';

/** So much of what was written before anybody came is kept for the first who attaches. */
const UNREAD_LETTERS = 65_536;

export interface ConsoleOptions {
  readonly stdin: boolean;
  /** The first client's end of input is the process's. */
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  /** Hears of every line that is written. */
  readonly onLine: (line: string) => void;
}

export class Console {
  /** What the process has; its signal aborts when it is to end. */
  readonly io: CommandIo;
  readonly #options: ConsoleOptions;
  readonly #input = new PassThrough();
  readonly #stopping = new AbortController();
  readonly #clients = new Set<CommandIo>();
  readonly #leave = new Set<() => void>();
  #unread: string | undefined = '';
  #line = '';
  #isOver = false;

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.io = {
      stdin: options.stdin ? this.#input : undefined,
      tty: options.tty,
      write: (stream, data) => this.#write(stream, data.toString()),
      signal: this.#stopping.signal,
    };
  }

  #write(stream: 'stdout' | 'stderr', text: string): void {
    for (const client of this.#clients) client.write(stream, text);
    if (this.#unread !== undefined) this.#unread = `${this.#unread}${text}`.slice(-UNREAD_LETTERS);
    const lines = `${this.#line}${text}`.split(/\r?\n/);
    this.#line = lines.pop() ?? '';
    for (const line of lines) this.#options.onLine(line);
  }

  /** Joins a client to the process until the process ends or the client goes. */
  attach(client: CommandIo): Promise<void> {
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#clients.delete(client);
        this.#leave.delete(leave);
        resolve();
      };
      if (this.#unread !== undefined && this.#unread !== '') client.write('stdout', this.#unread);
      this.#unread = undefined;
      if (this.#isOver || client.signal.aborted) return leave();
      this.#clients.add(client);
      this.#leave.add(leave);
      client.signal.addEventListener('abort', leave, { once: true });
      if (this.#options.stdin && client.stdin) void this.#read(client.stdin);
      return undefined;
    });
  }

  async #read(stdin: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of stdin) if (!this.#isOver) this.#input.write(chunk);
    if (this.#options.stdinOnce) this.#input.end();
  }

  /** The process has ended, or is to. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#line !== '') this.#options.onLine(this.#line);
    this.#stopping.abort();
    this.#input.end();
    for (const leave of this.#leave) leave();
  }
}
