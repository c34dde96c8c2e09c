/** How much longer than an empty Node our shortest commands take: ratios of whole processes, side by side in one run. */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';

const RUNS = 15;
const CASES: readonly { readonly name: string; readonly args: readonly string[] }[] = [
  { name: 'evenkeel --version', args: ['dist/bin/evenkeel.js', '--version'] },
  { name: 'evenkeel --help', args: ['dist/bin/evenkeel.js', '--help'] },
  { name: 'chaos --version', args: ['dist/bin/chaos.js', '--version'] },
];

function timeMs(args: readonly string[]): number {
  const start = process.hrtime.bigint();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

console.log(
  `start-up, median of ${RUNS} pairs; ${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}`,
);
for (const { name, args } of CASES) {
  timeMs(args);
  const pairs = Array.from({ length: RUNS }, () => ({ empty: timeMs(['-e', '0']), ours: timeMs(args) }));
  const ratio = median(pairs.map(({ empty, ours }) => ours / empty));
  const [empty, ours] = [median(pairs.map((pair) => pair.empty)), median(pairs.map((pair) => pair.ours))];
  console.log(`${name.padEnd(20)} ${ratio.toFixed(2)}x   (${ours.toFixed(0)} ms against ${empty.toFixed(0)} ms of node -e 0)`);
}
