/** Long-running operations: begun with 202, asked after at `Azure-AsyncOperation` and `Location` until they end. */
import type { ArmError, OperationStatus } from '../../arm/index.ts';
import type { Clock, Random } from '../../base/index.ts';
import type { ArmCall, ArmReply } from './_http.ts';

export interface OperationLog {
  /** Registers an operation that ends when `outcome` resolves (with an error: Failed). The answer is the 202 that the caller gets. */
  begin(call: ArmCall, location: string, outcome: Promise<ArmError | undefined>): ArmReply;
  find(id: string): OperationStatus | undefined;
  /** The header that tells a poller how long to wait. */
  retryAfter(): Record<string, string>;
}

/** How long a poller is asked to wait, in lab seconds. */
const RETRY_AFTER_SECONDS = 10;

export function createOperationLog({ clock, random }: { clock: Clock; random: Random }): OperationLog {
  const operations = new Map<string, OperationStatus>();
  const time = (): string => new Date(clock.now()).toISOString();
  const end = (started: OperationStatus, error: ArmError | undefined): void => {
    const ended = { ...started, endTime: time() };
    operations.set(started.name, error === undefined ? { ...ended, status: 'Succeeded' } : { ...ended, status: 'Failed', error });
  };
  const begin = (call: ArmCall, location: string, outcome: Promise<ArmError | undefined>): ArmReply => {
    const id = uuid(random);
    const started: OperationStatus = { name: id, status: 'InProgress', startTime: time() };
    operations.set(id, started);
    void outcome.then((error) => end(started, error));
    return { status: 202, headers: operationHeaders(call, location, id, clock) };
  };
  return { begin, find: (id) => operations.get(id), retryAfter: () => retryAfter(clock) };
}

function operationHeaders(call: ArmCall, location: string, id: string, clock: Clock): Record<string, string> {
  const base = `${call.origin}/subscriptions/${call.path.split('/')[2] ?? ''}/providers/Microsoft.Compute/locations/${location}/operations/${id}`;
  const version = `api-version=${call.apiVersion}`;
  return {
    'azure-asyncoperation': `${base}?p=lab&${version}`,
    location: `${base}?p=lab&monitor=true&${version}`,
    ...retryAfter(clock),
  };
}

/** The header counts the caller's seconds, which are wall seconds: in a fast lab they are fewer. */
function retryAfter(clock: Clock): Record<string, string> {
  return { 'retry-after': String(Math.max(1, Math.ceil(RETRY_AFTER_SECONDS / clock.speed))) };
}

/** An identifier in the form that Azure gives everything, from the lab's own chance. */
export function uuid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => random.integer(16).toString(16)).join('');
  return [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(13, 16)}`, `8${digits.slice(17, 20)}`, digits.slice(20)].join('-');
}
