import { EvenkeelError } from '../base/index.ts';

/** The parts of an Azure Resource Manager id. Comparison of ids is case-insensitive; the case given is kept. */
export interface ResourceId {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** For example `Microsoft.Compute/virtualMachineScaleSets/virtualMachines`. */
  readonly type: string;
  /** Names from the outermost to the innermost resource. */
  readonly names: readonly string[];
}

/**
 * Reads `/subscriptions/S/resourceGroups/G/providers/NS/type/name[/type/name…]`.
 *
 * Errors: `INVALID_INPUT`.
 */
export function parseResourceId(id: string): ResourceId {
  const match = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+)\/(.+)$/i.exec(id);
  const parts = match?.[4]?.split('/') ?? [];
  if (!match || parts.length % 2 !== 0 || parts.some((part) => part === '')) {
    throw new EvenkeelError('INVALID_INPUT', `'${id}' is not an Azure resource id`, { blame: 'input' });
  }
  const types = parts.filter((_, index) => index % 2 === 0);
  const names = parts.filter((_, index) => index % 2 === 1);
  return { subscriptionId: match[1] ?? '', resourceGroup: match[2] ?? '', type: [match[3], ...types].join('/'), names };
}

/** Writes the id that `parseResourceId` reads. */
export function formatResourceId({ subscriptionId, resourceGroup, type, names }: ResourceId): string {
  const [namespace, ...types] = type.split('/');
  const tail = types.map((part, index) => `${part}/${names[index]}`).join('/');
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/${namespace}/${tail}`;
}
