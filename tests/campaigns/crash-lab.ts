/** A lab in a process of its own, what its two APIs say of the machines, and the built command line beside it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { EvenkeelError, createRealClock, silentLogger } from '../../src/base/index.ts';
import { createArmClient, createKubernetesClient, loadKubeconfig, resolveAzureLogin } from '../../src/clients/index.ts';
import { type Node, resourceOf } from '../../src/kubernetes/index.ts';

const BIN = resolve('dist/bin/evenkeel.js');
const SPEED = '40';
const ARM_API_VERSION = '2024-11-01';
const START_LIMIT_MS = 30_000;
const COMMAND_LIMIT_MS = 120_000;

export interface CommandResult {
  readonly code: number | null;
  readonly output: string;
}

export interface StartedCommand {
  readonly child: ChildProcess;
  /** Both streams, as far as they came. */
  output(): string;
  readonly ended: Promise<CommandResult>;
}

export interface CrashLab {
  readonly folder: string;
  readonly stateFolder: string;
  /** Of the lab's process: stop it to make the cloud and the cluster silent. */
  readonly pid: number;
  /** For a command of one's own. */
  readonly env: Readonly<Record<string, string | undefined>>;
  start(args: readonly string[]): StartedCommand;
  /** What is not as it was in the beginning, in words; empty when all is well. */
  broken(): Promise<string[]>;
  /** Name of a node. */
  someNode(): Promise<string>;
  stop(): Promise<void>;
}

export interface CrashLabOptions {
  readonly speed?: string;
  /** False: pods only pretend to run, which costs no processor time. */
  readonly programs?: boolean;
}

/** Starts `evenkeel lab up` and waits until it serves. */
export async function startCrashLab(seed: string, { speed = SPEED, programs = true }: CrashLabOptions = {}): Promise<CrashLab> {
  if (!existsSync(BIN)) throw new EvenkeelError('ENVIRONMENT', `${BIN} is not built`, { blame: 'environment', hint: 'npm run build' });
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-campaign-'));
  const stateFolder = join(folder, 'state');
  let env: Record<string, string | undefined> = { PATH: process.env['PATH'], HOME: folder, NO_COLOR: '1', EVENKEEL_HOME: stateFolder };
  const start = (args: readonly string[]): StartedCommand => startCommand(args, env, folder);
  const lab = start(['lab', 'up', '--speed', speed, '--quick-machines', '--seed', seed, ...(programs ? [] : ['--without-programs'])]);
  const stop = async (): Promise<void> => {
    lab.child.kill('SIGTERM');
    await lab.ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await seen(lab, /The lab is up/, START_LIMIT_MS);
    const told = await start(['lab', 'env', '-o', 'json']).ended;
    env = { ...env, ...(JSON.parse(told.output) as Record<string, string>) }; // printed by our own command
    return { folder, stateFolder, pid: lab.child.pid ?? 0, env, start, ...(await inspector(env)), stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

async function inspector(env: Readonly<Record<string, string | undefined>>): Promise<Pick<CrashLab, 'broken' | 'someNode'>> {
  const clock = createRealClock();
  const login = await resolveAzureLogin({ env, configuration: {}, secrets: {} });
  const arm = createArmClient({ ...login, clock, log: silentLogger });
  const kubernetes = createKubernetesClient(await loadKubeconfig({ env }), { clock, log: silentLogger });
  const nodeResource = resourceOf('Node');
  if (nodeResource === undefined) throw new EvenkeelError('UNSUPPORTED', 'nodes are unknown', { blame: 'environment' });
  const set = `/subscriptions/${login.subscriptionId}/resourceGroups/${env['AZURE_CLUSTER_NODE_RESOURCE_GROUP']}/providers/Microsoft.Compute/virtualMachineScaleSets/${env['AZURE_CLUSTER_VMSS_NAME']}`;
  const someNode = async (): Promise<string> => (await kubernetes.list<Node>(nodeResource)).items[0]?.metadata.name ?? '';
  const broken = async (): Promise<string[]> => {
    const instances = await arm.listAll(`${set}/virtualMachines`, {
      apiVersion: ARM_API_VERSION,
      query: { $expand: 'instanceView' },
    });
    const { items: nodes } = await kubernetes.list<Node>(nodeResource);
    return [
      ...(instances.length === 0 ? ['the scale set has no instance'] : []),
      ...instances.flatMap((instance) => notRunning(instance as InstanceView)), // read with care below
      ...(nodes.length === instances.length ? [] : [`${nodes.length} nodes for ${instances.length} instances`]),
      ...nodes.flatMap(notReady),
    ];
  };
  return { broken, someNode };
}

interface InstanceView {
  readonly instanceId?: string;
  readonly properties?: { readonly instanceView?: { readonly statuses?: readonly { readonly code?: string }[] } };
}

function notRunning({ instanceId, properties }: InstanceView): string[] {
  const power = properties?.instanceView?.statuses?.find(({ code }) => code?.startsWith('PowerState/'))?.code;
  return power === 'PowerState/running' ? [] : [`instance ${instanceId ?? '?'} is ${power ?? 'in no known state'}`];
}

function notReady({ metadata, spec, status }: Node): string[] {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  return [
    ...(ready === 'True' ? [] : [`node ${metadata.name} is not Ready (${ready ?? 'unknown'})`]),
    ...(spec?.unschedulable === true ? [`node ${metadata.name} is cordoned`] : []),
  ];
}

function startCommand(args: readonly string[], env: Readonly<Record<string, string | undefined>>, cwd: string): StartedCommand {
  const child = spawn(process.execPath, [BIN, ...args], { cwd, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const limit = args[0] === 'lab' ? undefined : setTimeout(() => child.kill('SIGKILL'), COMMAND_LIMIT_MS);
  // `exit`, not `close`: a watchdog may hold what it inherited.
  const ended = new Promise<CommandResult>((done) =>
    child.once('exit', (code) => {
      clearTimeout(limit);
      setImmediate(() => done({ code, output }));
    }),
  );
  return { child, output: () => output, ended };
}

async function seen(command: StartedCommand, pattern: RegExp, limitMs: number): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!pattern.test(command.output())) {
    if (Date.now() > deadline || command.child.exitCode !== null) {
      throw new EvenkeelError('ENVIRONMENT', `no ${String(pattern)} from the lab:\n${command.output()}`, { blame: 'environment' });
    }
    await createRealClock().sleep(20);
  }
}

/** What the lock files of a state folder say: which run holds which target. */
export async function readLocks(stateFolder: string): Promise<{ readonly target: string; readonly runId: string }[]> {
  const folder = join(stateFolder, 'locks');
  const names = await readdir(folder).catch(() => []);
  const texts = await Promise.all(names.filter((name) => name.endsWith('.json')).map((name) => readFile(join(folder, name), 'utf8')));
  return texts.map((text) => JSON.parse(text) as { target: string; runId: string }); // written by our own store
}
