/** Compares our answers with recorded ones: `npm run golden -- SUITE [--dir D] [--list]`. Exit code 1 when any case disagrees. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { GoldenSuite } from '../tests/golden/golden-suite.ts';

const suitesDir = resolve('tests/golden/suites');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { dir: { type: 'string' }, list: { type: 'boolean', default: false } },
});
const known = readdirSync(suitesDir).flatMap((file) => (/^[a-z-]+\.ts$/.test(file) ? [file.replace('.ts', '')] : []));
const wanted = positionals;
const unknown = wanted.filter((name) => !known.includes(name));
if (wanted.length === 0 || unknown.length > 0) {
  console.error(unknown.length > 0 ? `no such suite: ${unknown.join(', ')}` : 'usage: npm run golden -- SUITE [--dir DIR] [--list]');
  console.error(`suites: ${known.join(', ')}`);
  process.exit(2);
}
const dir = resolve(values.dir ?? '../shared/golden');
if (!existsSync(dir)) {
  console.error(`no recordings at ${dir}; name their folder with --dir`);
  process.exit(2);
}

let disagreed = 0;
for (const name of wanted) {
  const { suite } = (await import(await bundled(join(suitesDir, `${name}.ts`)))) as { suite: GoldenSuite };
  const areas = new Map<string, { agreed: number; total: number }>();
  for await (const { area, id, agreed, why } of suite.run(dir)) {
    const sum = areas.get(area) ?? { agreed: 0, total: 0 };
    areas.set(area, { agreed: sum.agreed + (agreed ? 1 : 0), total: sum.total + 1 });
    if (agreed) continue;
    disagreed++;
    if (values.list) console.log(`  ${id} ${area}: ${why ?? 'disagrees'}`);
  }
  let [agreed, total] = [0, 0];
  for (const [area, sum] of [...areas].sort(([a], [b]) => a.localeCompare(b))) {
    console.log(`${name}/${area}: ${sum.agreed}/${sum.total}`);
    agreed += sum.agreed;
    total += sum.total;
  }
  console.log(`${name} total: ${agreed}/${total}`);
}
process.exitCode = disagreed > 0 ? 1 : 0;

/** Node 20 can not import TypeScript: the suite is bundled beside the others of scripts/run.js. */
async function bundled(file: string): Promise<string> {
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({ input: file, platform: 'node', external: /^[^./]/, logLevel: 'warn' });
  const target = resolve('.cache', `golden-${process.pid}-${file.replace(/[^a-z]/gi, '-')}.mjs`);
  process.once('exit', () => void import('node:fs').then(({ rmSync }) => rmSync(target, { force: true })));
  await bundle.write({ file: target, format: 'esm', codeSplitting: false });
  return target;
}
