/** What the lab's validation says, asked of a server in dry runs: of the cluster of `EVENKEEL_TEST_KUBECONFIG`, or of a lab. A run is a row. */
import { httpStatusOf } from '../../src/clients/index.ts';
import { resourcePath } from '../../src/kubernetes/index.ts';
import { TRUEST, type Target } from '../contracts/_target.ts';
import { REFUSED_CREATES, type RefusedCreate } from './_refused-creates.ts';
import type { Campaign } from './campaign.ts';

export const realCluster: Campaign = {
  name: 'real-cluster',
  summary: `objects that a real server refuses, posted in dry runs to ${TRUEST.name}: the causes are those that the lab has for them`,
  runs: REFUSED_CREATES.length,
  briefRuns: REFUSED_CREATES.length,
  showsAll: true,
  async *play({ from, runs, say }) {
    const target = await TRUEST.open();
    // What is asked needs no watching over; but an impatient Ctrl-C shall not leave the namespace behind.
    const interrupted = (): void => void target.close().finally(() => process.exit(130));
    process.once('SIGINT', interrupted);
    try {
      const cases = REFUSED_CREATES.slice(from, from + runs);
      let [agreed, left] = [0, 0];
      for (const [place, refused] of cases.entries()) {
        const index = from + place;
        // Even in a dry run, nothing that belongs to all of a cluster is asked of one that is not ours.
        if (!refused.resource.namespaced && TRUEST.name === 'a real cluster') {
          left++;
          yield { index, kind: 'not asked: of the whole cluster' };
          continue;
        }
        const failure = await difference(target, refused);
        if (failure === undefined) agreed++;
        yield { index, kind: refused.resource.kind, ...(failure === undefined ? {} : { failure: `${refused.what}: ${failure}` }) };
      }
      say(`  Kubernetes ${await target.client.version()}: ${agreed} of ${cases.length - left} answers agree; ${left} not asked`);
    } finally {
      process.off('SIGINT', interrupted);
      await target.close();
    }
  },
};

async function difference({ client, namespace }: Target, { resource, object, causes }: RefusedCreate): Promise<string | undefined> {
  const where = resource.namespaced ? namespace : undefined;
  const body = { ...object, metadata: { ...Object(object['metadata']), ...(where === undefined ? {} : { namespace: where }) } };
  let answered: readonly string[] = ['201: it is taken'];
  try {
    await client.request('POST', resourcePath(resource, where), { query: { dryRun: 'All' }, body });
  } catch (thrown) {
    if (httpStatusOf(thrown) === undefined) throw thrown;
    answered = causesOf(thrown);
  }
  if (answered.join('\n') === causes.join('\n')) return undefined;
  const only = (one: readonly string[], other: readonly string[], sign: string): string[] =>
    one.filter((cause) => !other.includes(cause)).map((cause) => `\n      ${sign} ${cause}`);
  const apart = [...only(causes, answered, '- ours: '), ...only(answered, causes, '+ answered: ')];
  return apart.length === 0 ? 'the same causes in another order' : apart.join('');
}

/** The causes of a refusal, or all that it says when it has none. */
function causesOf(thrown: unknown): readonly string[] {
  const { cause } = Object(thrown) as { cause?: { status: number; body?: Refusal } }; // as the client's errors are
  const causes = cause?.body?.details?.causes;
  if (causes !== undefined) return causes.map(({ field = '', message = '' }) => `${field}: ${message}`);
  return [`${cause?.status}: ${cause?.body?.message ?? ''}`];
}

interface Refusal {
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly field?: string; readonly message?: string }[] };
}
