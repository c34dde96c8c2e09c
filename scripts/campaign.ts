/** Long tests, each from a seed: `npm run campaign -- NAME [--runs N] [--seed S] [--from I]`. Exit code 1 when any run failed. */
import { parseArgs } from 'node:util';
import { CAMPAIGNS } from '../tests/campaigns/index.ts';

const FAILURES_SHOWN = 20;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string' }, seed: { type: 'string', default: '1' }, from: { type: 'string', default: '0' } },
});
const load = CAMPAIGNS[positionals[0] ?? ''];
const numbers = [values.runs ?? '1', values.from].map(Number);
if (load === undefined || numbers.some((number) => !Number.isSafeInteger(number) || number < 0)) {
  console.error('usage: npm run campaign -- NAME [--runs N] [--seed S] [--from I]');
  console.error(`campaigns: ${Object.keys(CAMPAIGNS).join(', ')}`);
  process.exit(2);
}

const campaign = await load();
const runs = values.runs === undefined ? campaign.runs : Number(values.runs);
console.log(`${campaign.name}: ${campaign.summary}; ${runs} runs, seed ${values.seed}`);
const kinds = new Map<string, number>();
const startedAt = Date.now();
let [done, failed] = [0, 0];
for await (const { index, kind, failure } of campaign.play({ seed: values.seed, from: Number(values.from), runs, say: console.log })) {
  done++;
  kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  if (failure !== undefined && ++failed <= FAILURES_SHOWN) {
    console.log(`  run ${index} (${kind}) FAILED: ${failure}`);
    console.log(`    again: npm run campaign -- ${campaign.name} --seed ${values.seed} --from ${index} --runs 1`);
  }
  if (done % Math.max(1, Math.ceil(runs / 20)) === 0) console.log(`  ${done}/${runs}, ${failed} failed, ${seconds()} s`);
}
for (const [kind, count] of [...kinds].sort(([a], [b]) => a.localeCompare(b))) console.log(`  ${kind}: ${count}`);
if (done !== runs) console.log(`  only ${done} of ${runs} runs were made`);
console.log(`  took ${seconds()} s`);
console.log(`${campaign.name}: ${done} runs, ${failed} failed`);
process.exitCode = failed > 0 || done !== runs ? 1 : 0;

function seconds(): number {
  return Math.round((Date.now() - startedAt) / 1000);
}
