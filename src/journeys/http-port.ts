/** How journeys reach the application: a port, so that pacing can be tested on a virtual clock. */

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly connection: 'fresh' | 'kept-alive';
  /** From the start to the last byte of the answer, in milliseconds of the wall. */
  readonly limitWallMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; repeated ones joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most the first mebibyte. */
  readonly body: string;
}

export interface HttpSender {
  /**
   * Resolves with any answer, whatever its status. Redirects are not followed.
   * Errors: `EvenkeelError` `TIMED_OUT`, `UNREACHABLE` (refused, reset, name unknown, TLS), `CANCELLED`.
   */
  send(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer>;
  /** Closes the connections that are kept alive. */
  close(): void;
}
