/** What the HTTPS side is made of. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Logger } from '../../../base/index.ts';
import type { LabResource } from '../custom-resources/types.ts';
import type { Json } from '../json.ts';
import type { ObjectWriter } from '../object-writer.ts';
import type { Store } from '../store.ts';
import type { RequestMeter } from './request-meter.ts';
import type { TokenIssuer } from './service-account-tokens.ts';
import type { PodAccess } from '../streams/types.ts';

/** Who asks. */
export interface UserInfo {
  readonly user: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  /** What else is known of them, as reviews tell it. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** A bearer token and whom it stands for; without groups an administrator (`system:masters`). */
export interface TokenEntry {
  readonly token: string;
  readonly user: string;
  readonly groups?: readonly string[];
}

export interface LogRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly tailLines: number | undefined;
  /** Only lines of the last so many seconds of lab time. */
  readonly sinceSeconds: number | undefined;
  readonly timestamps: boolean;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
}

/** Where `kubectl logs` gets its lines (each without its line end); undefined when the container never ran. Errors: `ApiError` (a silent node). */
export type PodLogs = (request: LogRequest) => AsyncIterable<string> | undefined | Promise<AsyncIterable<string> | undefined>;

export interface ServeOptions {
  /** 0 = any free port. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** PEM. */
  readonly key: string;
  readonly cert: string;
  readonly tokens: readonly TokenEntry[];
  /** PEM of the authority whose client certificates are believed (common name = user, organisations = groups). */
  readonly clientCa?: string;
  readonly logs?: PodLogs;
  /** The nodes, for exec, attach and port-forward; without it these answer 501. */
  readonly access?: PodAccess;
  readonly log?: Logger;
}

export interface ServedKubeApi {
  readonly url: string;
  stop(): Promise<void>;
}

/** A resource as a group version serves it. */
export interface Served {
  readonly resource: LabResource;
  /** How the stored form becomes this version's, and back. */
  readonly toVersion?: (object: Json) => Json;
  readonly toStored?: (object: Json) => Json;
}

/** A request for a resource, read from its path. */
export interface Target {
  readonly served: Served;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  readonly watch: boolean;
}

/** One request with all that handlers need. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly user: UserInfo;
  readonly store: Store;
  readonly writer: ObjectWriter;
  readonly clock: Clock;
  readonly issuer: TokenIssuer;
  readonly logs: PodLogs | undefined;
  readonly access: PodAccess | undefined;
  readonly meter: RequestMeter;
  /** Aborts when the client goes or the server stops. */
  readonly signal: AbortSignal;
  readonly warnings: string[];
}

/** What a handler gives back; `streamed` when it wrote the answer itself. */
export type Answer =
  | { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> }
  | { readonly status: number; readonly text: string; readonly headers?: Readonly<Record<string, string>> }
  | 'streamed';
