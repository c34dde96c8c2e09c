/** How much longer than an empty Node our shortest commands take: ratios of whole processes, side by side in one run. */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';

const RUNS = 15;
/** Stops instances through the Azure driver. The original takes 1.1 s here, against 0.28 s for its `--version` (their own machine). */
const AZURE = 'examples/experiments/node-down.yaml';
const ENV = {
  ...process.env,
  AZURE_SUBSCRIPTION_ID: 's',
  APP_ENDPOINT: 'http://a',
  AZURE_CLUSTER_NODE_RESOURCE_GROUP: 'g',
  AZURE_CLUSTER_VMSS_NAME: 'v',
};
const CASES: readonly { readonly name: string; readonly args: readonly string[] }[] = [
  { name: 'evenkeel --version', args: ['dist/bin/evenkeel.js', '--version'] },
  { name: 'evenkeel --help', args: ['dist/bin/evenkeel.js', '--help'] },
  { name: 'chaos --version', args: ['dist/bin/chaos.js', '--version'] },
  { name: 'evenkeel validate', args: ['dist/bin/evenkeel.js', 'validate', AZURE] },
  { name: 'chaos validate', args: ['dist/bin/chaos.js', '--no-log-file', 'validate', AZURE] },
];

function timeMs(args: readonly string[]): number {
  const start = process.hrtime.bigint();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore', env: ENV });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

console.log(
  `start-up, median of ${RUNS} pairs; ${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}`,
);
const HELP = ['dist/bin/evenkeel.js', '--help'];
for (const { name, args } of CASES) {
  timeMs(args);
  const rounds = Array.from({ length: RUNS }, () => ({ empty: timeMs(['-e', '0']), help: timeMs(HELP), ours: timeMs(args) }));
  const ratio = median(rounds.map(({ empty, ours }) => ours / empty)).toFixed(2);
  const toHelp = median(rounds.map(({ help, ours }) => ours / help)).toFixed(2);
  const [empty, ours] = [median(rounds.map((round) => round.empty)), median(rounds.map((round) => round.ours))];
  console.log(
    `${name.padEnd(20)} ${ratio}x node -e 0, ${toHelp}x evenkeel --help   (${ours.toFixed(0)} ms; node -e 0: ${empty.toFixed(0)} ms)`,
  );
}
