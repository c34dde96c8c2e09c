/** Runs the benchmarks, or those that are named, one after the other. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const all = readdirSync('bench')
  .filter((name) => name.endsWith('.ts') && !name.startsWith('_') && name !== 'run.ts')
  .map((name) => name.replace(/\.ts$/, ''));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are ${all.join(', ')}`);
  process.exit(2);
}
let failed = false;
for (const name of wanted.length > 0 ? wanted : all) {
  const { status } = spawnSync(process.execPath, ['scripts/run.js', `bench/${name}.ts`], { stdio: 'inherit' });
  failed ||= status !== 0;
  console.log('');
}
process.exit(failed ? 1 : 0);
