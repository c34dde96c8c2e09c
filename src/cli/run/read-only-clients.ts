/** Clients that only look. What a fault would send instead of looking is refused before it leaves this machine. */
import { EvenkeelError } from '../../base/index.ts';
import type { ArmClient, KubernetesSession } from '../../clients/index.ts';

const refused = (what: string): EvenkeelError =>
  new EvenkeelError('REFUSED', `dry run: would send ${what}`, { blame: 'input', hint: 'Nothing was sent.' });

/** What was looked at on the way to a choice. */
export interface Looked {
  /** Paths of lists, with the names of what was in them. */
  seen(path: string, names: readonly string[]): void;
}

/** An Azure client that reads. */
export function readOnlyArm(arm: ArmClient, looked: Looked): ArmClient {
  return {
    subscriptionId: arm.subscriptionId,
    endpoint: arm.endpoint,
    request: async (method, path, options) => {
      if (method !== 'GET') throw refused(`${method} ${path}`);
      return arm.request(method, path, options);
    },
    listAll: async (path, options) => {
      const items = await arm.listAll(path, options);
      looked.seen(path, items.map(nameOf));
      return items;
    },
    queryGraph: (query, options) => arm.queryGraph(query, options),
    runOperation: async (method, path) => {
      throw refused(`${method} ${path}`);
    },
    beginOperation: async (method, path) => {
      throw refused(`${method} ${path}`);
    },
  };
}

/** A Kubernetes client that reads. */
export function readOnlyKubernetes(client: KubernetesSession, looked: Looked): KubernetesSession {
  const refuse = (what: string) => async (): Promise<never> => {
    throw refused(what);
  };
  return {
    ...client,
    list: async (resource, options) => {
      const answer = await client.list<never>(resource, options);
      looked.seen(
        resource.plural,
        answer.items.map((item) => nameOf(item)),
      );
      return answer;
    },
    create: refuse('a creation'),
    replace: refuse('a replacement'),
    patch: refuse('a patch'),
    delete: refuse('a deletion'),
    evict: refuse('an eviction'),
    request: async (method, path, options) => {
      if (method !== 'GET') throw refused(`${method} ${path}`);
      return client.request(method, path, options);
    },
    exec: refuse('a command for a container'),
  };
}

function nameOf(item: unknown): string {
  if (typeof item !== 'object' || item === null) return '';
  const metadata: unknown = 'metadata' in item ? item.metadata : item;
  const name: unknown = typeof metadata === 'object' && metadata !== null && 'name' in metadata ? metadata.name : '';
  return String(name);
}
