/** Power states as ARM writes them in an instance view (`statuses[].code` is `PowerState/<state>`). Source: Azure documentation, "States and billing of virtual machines". */
export type PowerState = 'starting' | 'running' | 'stopping' | 'stopped' | 'deallocating' | 'deallocated' | 'unknown';

/** One entry of `statuses` in an instance view. */
export interface InstanceViewStatus {
  readonly code: string;
  readonly level?: string;
  readonly displayStatus?: string;
  readonly time?: string;
}

/** Reads the power state from an instance view's statuses; `unknown` when there is none. */
export function powerStateOf(statuses: readonly InstanceViewStatus[] | undefined): PowerState {
  const code = statuses?.find((status) => status.code.startsWith('PowerState/'))?.code.slice('PowerState/'.length);
  const known: readonly string[] = ['starting', 'running', 'stopping', 'stopped', 'deallocating', 'deallocated'];
  return code !== undefined && known.includes(code) ? (code as PowerState) : 'unknown';
}
