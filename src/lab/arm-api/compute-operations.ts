/** Where the long-running operations of Microsoft.Compute are asked after. */
import { type ArmCall, type ArmOperation, type ArmReply, ArmRefusal, type AzureState } from './_http.ts';

function report(call: ArmCall, { operations }: AzureState): ArmReply {
  const id = call.names['operationId'] ?? '';
  const operation = operations.find(id);
  if (operation === undefined) {
    throw new ArmRefusal(404, { code: 'NotFound', message: `The entity was not found: operation '${id}'.` });
  }
  const waiting = operation.status === 'InProgress';
  // `Location` answers 202 while it lasts, then the operation's own outcome; `Azure-AsyncOperation` answers 200 with the state at all times.
  if (call.query.get('monitor') !== 'true') return { status: 200, body: operation, headers: waiting ? operations.retryAfter() : {} };
  if (waiting)
    return { status: 202, headers: { location: `${call.origin}${call.path}?${call.query.toString()}`, ...operations.retryAfter() } };
  if (operation.error !== undefined) throw new ArmRefusal(409, operation.error);
  return { status: 200 };
}

export const computeOperations: readonly ArmOperation[] = [
  {
    name: 'Operations_Status',
    method: 'GET',
    path: '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/locations/{location}/operations/{operationId}',
    permission: 'Microsoft.Compute/locations/operations/read',
    handle: report,
  },
];
