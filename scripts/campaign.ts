/**
 * Long tests, each from a seed: `npm run campaign -- NAME [--runs N] [--seed S] [--from I]`, or every one in a reduced size: `npm run campaign -- all`.
 * Exit code 1 when any run failed.
 */
import { parseArgs } from 'node:util';
import type { Campaign } from '../tests/campaigns/campaign.ts';
import { CAMPAIGNS } from '../tests/campaigns/index.ts';

const FAILURES_SHOWN = 20;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string' }, seed: { type: 'string', default: '1' }, from: { type: 'string', default: '0' } },
});
const name = positionals[0] ?? '';
const loads = name === 'all' ? Object.values(CAMPAIGNS) : [CAMPAIGNS[name]].filter((load) => load !== undefined);
const numbers = [values.runs ?? '1', values.from].map(Number);
if (loads.length === 0 || numbers.some((number) => !Number.isSafeInteger(number) || number < 0)) {
  console.error('usage: npm run campaign -- NAME|all [--runs N] [--seed S] [--from I]');
  console.error(`campaigns: ${Object.keys(CAMPAIGNS).join(', ')}; all of them in a reduced size: all`);
  process.exit(2);
}

for (const load of loads) {
  const campaign = await load();
  const usual = name === 'all' ? campaign.briefRuns : campaign.runs;
  if (!(await playWhole(campaign, values.runs === undefined ? usual : Number(values.runs)))) process.exitCode = 1;
}

async function playWhole(campaign: Campaign, runs: number): Promise<boolean> {
  console.log(`${campaign.name}: ${campaign.summary}; ${runs} runs, seed ${values.seed}`);
  const kinds = new Map<string, number>();
  const startedAt = Date.now();
  let [done, failed] = [0, 0];
  for await (const { index, kind, failure } of campaign.play({ seed: values.seed, from: Number(values.from), runs, say: console.log })) {
    done++;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    if (failure !== undefined && (++failed <= FAILURES_SHOWN || campaign.showsAll === true)) {
      console.log(`  run ${index} (${kind}) FAILED: ${failure}`);
      console.log(`    again: npm run campaign -- ${campaign.name} --seed ${values.seed} --from ${index} --runs 1`);
    }
    if (done % Math.max(1, Math.ceil(runs / 20)) === 0) console.log(`  ${done}/${runs}, ${failed} failed, ${secondsSince(startedAt)} s`);
  }
  for (const [kind, count] of [...kinds].sort(([a], [b]) => a.localeCompare(b))) console.log(`  ${kind}: ${count}`);
  if (done !== runs) console.log(`  only ${done} of ${runs} runs were made`);
  console.log(`  took ${secondsSince(startedAt)} s`);
  console.log(`${campaign.name}: ${done} runs, ${failed} failed`);
  return failed === 0 && done === runs;
}

function secondsSince(startedAt: number): number {
  return Math.round((Date.now() - startedAt) / 1000);
}
