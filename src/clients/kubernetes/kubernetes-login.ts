/** Who we are to which API server: the outcome of reading a kubeconfig, or of running inside a cluster. */

/** What goes with a request to prove who we are. Secret: never logged. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  /** PEM, both or neither. */
  readonly cert?: string;
  readonly key?: string;
}

export interface KubernetesLogin {
  /** Context name, for people; `in-cluster` inside a pod. */
  readonly context: string;
  /** `https://host:port`, possibly with a path. */
  readonly server: string;
  /** The context's namespace, `default` when it names none. */
  readonly namespace: string;
  /** Files that were read, or `the pod's service account`. */
  readonly source: string;
  readonly tls: {
    /** PEM; undefined = the machine's own trust store. */
    readonly ca: string | undefined;
    readonly serverName: string | undefined;
    /** True only when the kubeconfig says insecure-skip-tls-verify. */
    readonly insecure: boolean;
  };
  /**
   * Gives what proves who we are; cached until it expires. `renew` asks anew, after the server answered 401.
   * Errors: `DENIED` when a credential plugin fails, `ENVIRONMENT` when it is missing.
   */
  credentials(options?: { readonly renew?: boolean; readonly signal?: AbortSignal | undefined }): Promise<Credentials>;
}
