/**
 * Recorded commands, run again by the real kubectl against the lab: its API server, controllers and scheduler, with emulated kubelets.
 *
 * Compared are the exit code and both outputs after the recording's own normalisation (ages, dates and cluster IPs are zeros, hashes and
 * suffixes numbered); lines are sorted where the recording's order is that of a race, and the columns' widths do not count. The client is the recorded one, 1.32 (fetched by npm when first asked for).
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, silentLogger } from '../../../src/base/index.ts';
import { startControllers, startScheduler } from '../../../src/lab/controllers/index.ts';
import { startTestServer } from '../../contracts/_kube-api-server.ts';
import { kubectlPath } from '../../contracts/_kubectl.ts';
import type { GoldenCase, GoldenSuite } from '../golden-suite.ts';
import type { Pod } from '../../../src/kubernetes/index.ts';
import { addNode, logsWithoutKubelet, startKubelets } from '../kubectl/emulated-nodes.ts';
import { normalText } from '../kubectl/normal-text.ts';

interface Recorded {
  readonly cmd: string;
  readonly exit: number;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly note?: string;
}

interface Recording {
  readonly manifests: Readonly<Record<string, string>>;
  readonly commands: readonly Recorded[];
}

interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

const RECORDED_VERSION = '1.32';
const NODES = ['node-0', 'node-1', 'node-2'];
const LIMIT_MS = 60_000;
const WATCH_MS = 3500;
/** What the recorder had waited for between commands: pods start and endpoints follow. */
const SETTLE_MS = 400;

async function* run(dir: string): AsyncIterable<GoldenCase> {
  const file = existsSync(join(dir, 'api')) ? join(dir, 'api', 'kubectl.json') : join(dir, 'kubectl.json');
  const { manifests, commands } = JSON.parse(await readFile(file, 'utf8')) as Recording; // the format of the recordings
  const server = await startTestServer({ logs: logsWithoutKubelet(({ namespace, pod }) => server.api.get<Pod>('Pod', namespace, pod)) });
  // The recording's context.
  await writeFile(server.kubeconfig, (await readFile(server.kubeconfig, 'utf8')).replaceAll('"lab"', '"local"'));
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-kubectl-'));
  const stops: (() => void)[] = [];
  try {
    for (const [name, text] of Object.entries(manifests)) await writeFile(join(folder, name), text);
    for (const [index, name] of NODES.entries()) addNode(server.api, name, index);
    const controllers = startControllers(server.api, { log: silentLogger });
    const scheduler = startScheduler(server.api, { log: silentLogger, random: createRandom('kubectl') });
    stops.push(startKubelets(server.api), () => scheduler.stop(), () => controllers.stop());
    const path = await kubectlPath(RECORDED_VERSION);
    for (const [index, recorded] of commands.entries()) {
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      const ran = await runLine(path, recorded, { folder, kubeconfig: server.kubeconfig });
      const why = difference(ran, recorded);
      yield { area: areaOf(recorded.cmd), id: `${index} ${recorded.cmd}`, agreed: why === undefined, ...(why === undefined ? {} : { why }) };
    }
  } finally {
    for (const stop of stops) stop();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

export const suite: GoldenSuite = { name: 'kubectl', run };

const areaOf = (cmd: string): string => cmd.split(' ')[1] ?? 'other';

/** The words of a recorded line; single quotes keep a word together. */
const wordsOf = (cmd: string): string[] =>
  [...cmd.matchAll(/(?:[^\s']|'[^']*')+/g)].map(([word]) => word.replaceAll("'", '')).slice(1);

function runLine(path: string, { cmd, note }: Recorded, { folder, kubeconfig }: { folder: string; kubeconfig: string }): Promise<Ran> {
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], KUBECONFIG: kubeconfig, HOME: folder };
    const timeout = note === undefined ? LIMIT_MS : WATCH_MS;
    execFile(path, wordsOf(cmd), { cwd: folder, env, timeout, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ exit: error === null ? 0 : Number(error.code ?? 1) || 1, stdout, stderr });
    });
  });
}

function difference(ran: Ran, recorded: Recorded): string | undefined {
  if (ran.exit !== recorded.exit) return `exit ${ran.exit} instead of ${recorded.exit}: ${ran.stderr.slice(0, 200)}`;
  // How often `rollout status` looked before the end is a matter of pace: its last line counts.
  const told = (text: string): string => (/rollout status/.test(recorded.cmd) ? (text.trim().split('\n').at(-1) ?? '') : text);
  // A drain evicts its pods side by side, and warns of them in the order of a Go map.
  const ordered = (text: string): string =>
    /kubectl drain/.test(recorded.cmd) ? text.replace('Warning: ', '').split(/; |\n/).sort().join('\n') : text;
  const shown = (text = ''): string => ordered(told(text));
  return textDifference('stdout', shown(ran.stdout), shown(recorded.stdout)) ?? textDifference('stderr', ordered(ran.stderr), ordered(recorded.stderr ?? ''));
}

function textDifference(name: string, here: string, there: string): string | undefined {
  const [ours, theirs] = [normalText(here), normalText(there)];
  for (let index = 0; index < Math.max(ours.length, theirs.length); index++) {
    if (ours[index] !== theirs[index]) return `${name} line ${index}: ${quoted(ours[index])} instead of ${quoted(theirs[index])}`;
  }
  return undefined;
}

const quoted = (line: string | undefined): string => (line === undefined ? 'nothing' : JSON.stringify(line.slice(0, 160)));
