import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EvenkeelError, createScaledClock, formatDuration, makeFolder } from '../../base/index.ts';
import { type Lab, startLab } from '../../lab/index.ts';
import { type Command, type OptionValues, textOption } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CONTENTS_OPTIONS, contentsFlags, readContents } from '../lab/lab-contents.ts';
import { type LabNodeState, readLabNodes } from '../lab/read-lab-nodes.ts';
import { setLabPower } from '../lab-power.ts';
import { isAlive, type LabSession, readLabSession, removeLabSession, requireLabSession, writeLabSession } from '../lab-session.ts';
import { printData } from '../output/print-data.ts';
import { renderTable } from '../output/table.ts';
import { wholeNumber } from '../whole-number.ts';

const DEFAULT_SPEED = '1';
/** How a line begins that tells what differs from what was asked for; a lab in the background leaves such lines in its log. */
const NOTE = 'note: ';
/** The fast side of Azure's usual durations. Milliseconds of lab time. */
const QUICK_MACHINES = { powerOffMs: [20_000, 30_000], startMs: [15_000, 30_000] } as const;
/** How long a detached lab may take to be ready, and how long it may take to end. Wall time. */
const READY_LIMIT_MS = 20_000;
/** The same for a lab with contents of the user's own: thousands of pods have to be placed. */
const FILLED_LIMIT_MS = 150_000;

export const labCommand: Command = {
  description: 'A cluster to try things on: Kubernetes API, Azure API and a real HTTP application, all on loopback.',
  examples: [
    { command: 'evenkeel lab up --speed 20', does: 'a lab in which six minutes pass in eighteen seconds; Ctrl-C ends it' },
    { command: 'evenkeel lab up --detach && eval "$(evenkeel lab env)"', does: 'the same in the background, for kubectl and others' },
    { command: 'evenkeel --lab spread', does: 'any command against the lab' },
  ],
  subcommands: [
    {
      name: 'up',
      summary: 'start the lab and serve it until Ctrl-C',
      options: [
        ...CONTENTS_OPTIONS,
        { flags: '--speed <factor>', description: "how fast the lab's time runs", default: DEFAULT_SPEED },
        { flags: '--detach', description: 'run in the background' },
        { flags: '--quick-machines', description: "machines stop and start on the fast side of what Azure's take" },
        { flags: '--until-stdin-ends', description: 'end when standard input does (for programs that start a lab)' },
        { flags: '--kubernetes-port <port>', description: 'port of the Kubernetes API (0 = any)', default: '0' },
        { flags: '--azure-port <port>', description: 'port of the Azure API (0 = any)', default: '0' },
        { flags: '--app-port <port>', description: 'port of the application (0 = any)', default: '0' },
      ],
      examples: [
        { command: 'evenkeel lab up -f k8s/ --speed 20', does: 'your own application; images that the lab does not have get a stand-in' },
        { command: 'evenkeel lab up --from-cluster', does: 'a twin of the cluster that kubectl points at: break this one first' },
        { command: 'evenkeel lab up --nodes 1000 --pods 10000 --without-programs', does: 'a big cluster, for its API and its scheduler' },
      ],
      run: async ({ options }, context) => (options['detach'] === true ? upDetached(options, context) : up(options, context)),
    },
    {
      name: 'env',
      summary: 'print the variables that point other programs at the lab',
      examples: [{ command: 'eval "$(evenkeel lab env)"', does: 'for this shell' }],
      run: async (_input, context) => {
        const { env } = await requireLabSession(context.stateFolder);
        const lines = Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}`);
        printData(context, env, () => lines.join('\n'));
        return 0;
      },
    },
    { name: 'status', summary: 'whether a lab runs, and its nodes', examples: [], run: (_input, context) => status(context) },
    { name: 'down', summary: 'end the lab', examples: [], run: (_input, context) => down(context) },
    {
      name: 'stop-node',
      summary: "power off a node's machine through the Azure API",
      arguments: [{ name: '<node>', description: 'node name or instance id' }],
      examples: [{ command: 'evenkeel lab stop-node 9', does: 'instance 9' }],
      run: ({ args }, context) => power(args[0] ?? '', 'off', context),
    },
    {
      name: 'start-node',
      summary: "start a node's machine again",
      arguments: [{ name: '<node>', description: 'node name or instance id' }],
      examples: [],
      run: ({ args }, context) => power(args[0] ?? '', 'on', context),
    },
  ],
};

async function up(options: OptionValues, context: CommandContext): Promise<number> {
  const speed = readSpeed(options);
  const ports = {
    kubernetes: wholeNumber(options, 'kubernetesPort', 0, 65_535),
    azure: wholeNumber(options, 'azurePort', 0, 65_535),
    ingress: wholeNumber(options, 'appPort', 0, 65_535),
  };
  const contents = await readContents(options, context);
  const running = await readLabSession(context.stateFolder);
  if (running) {
    throw new EvenkeelError('ENVIRONMENT', `a lab runs already (process ${running.pid})`, {
      blame: 'environment',
      hint: 'End it: evenkeel lab down',
    });
  }
  const wallOriginMs = Date.now();
  const lab = await startLab({
    clock: createScaledClock({ speed, originMs: wallOriginMs, wallOriginMs }),
    random: context.random,
    log: context.log,
    folder: join(context.stateFolder, 'lab'),
    ...(contents && { contents }),
    ...(options['quickMachines'] === true && { azureTimings: QUICK_MACHINES }),
    ports,
  });
  try {
    for (const note of lab.notes) context.say(context.style.warn(`${NOTE}${note}`));
    await writeLabSession(context.stateFolder, {
      pid: process.pid,
      startedAt: new Date(wallOriginMs).toISOString(),
      speed,
      env: { ...lab.env },
    });
    announce(lab, speed, context);
    await new Promise<void>((resolve) => {
      if (context.signal.aborted) resolve();
      else context.signal.addEventListener('abort', () => resolve(), { once: true });
      if (options['untilStdinEnds'] === true) process.stdin.once('close', resolve).resume();
    });
    context.say('Ending the lab.');
    return 0;
  } finally {
    await removeLabSession(context.stateFolder);
    await lab.stop();
  }
}

function announce(lab: Lab, speed: number, context: CommandContext): void {
  const { style } = context;
  context.say(`${style.good('The lab is up')}${speed === 1 ? '' : `, ${speed} times as fast as the wall clock`}.`);
  context.say(`  Kubernetes API  ${lab.urls.kubernetes}`);
  context.say(`  Azure API       ${lab.urls.azure}`);
  context.say(`  application     ${lab.urls.app}`);
  context.say(
    `\nIn another terminal:\n  ${style.command('eval "$(evenkeel lab env)"')}   then kubectl get pods -A -o wide\n  ${style.command('evenkeel --lab spread')}`,
  );
}

async function upDetached(options: OptionValues, context: CommandContext): Promise<number> {
  const folder = join(context.stateFolder, 'lab');
  await makeFolder(folder);
  const logFile = join(folder, 'lab.log');
  const log = openSync(logFile, 'w', 0o600);
  const ports = ['speed', 'kubernetesPort', 'azurePort', 'appPort'].flatMap((name) => [
    `--${kebab(name)}`,
    textOption(options, name) ?? '0',
  ]);
  const filling = contentsFlags(options);
  const flags = [...ports, ...filling, ...(options['quickMachines'] === true ? ['--quick-machines'] : [])];
  const seed = context.globals.seed === undefined ? [] : ['--seed', context.globals.seed];
  const child = spawn(process.execPath, [process.argv[1] ?? '', 'lab', 'up', ...flags, ...seed], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...context.env },
  });
  closeSync(log);
  const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? EXIT.failed)));
  const deadline = Date.now() + (filling.length > 0 ? FILLED_LIMIT_MS : READY_LIMIT_MS);
  for (;;) {
    const session = await readLabSession(context.stateFolder);
    if (session?.pid === child.pid) {
      child.unref();
      const lines = (await readFile(logFile, 'utf8')).split('\n');
      for (const line of lines.filter((text) => text.startsWith(NOTE))) context.say(context.style.warn(line));
      context.say(`${context.style.good('The lab is up')} (process ${child.pid}). Point a shell at it:  eval "$(evenkeel lab env)"`);
      return 0;
    }
    const code = await Promise.race([ended, pause(100)]);
    if (typeof code === 'number') {
      // It has said why, in the words of any command.
      context.say((await readFile(logFile, 'utf8')).trim());
      return code;
    }
    if (Date.now() > deadline) {
      child.kill();
      throw new EvenkeelError('ENVIRONMENT', `the lab did not start: ${(await readFile(logFile, 'utf8')).trim()}`, {
        blame: 'environment',
      });
    }
  }
}

async function status(context: CommandContext): Promise<number> {
  const session = await readLabSession(context.stateFolder);
  const nodes = session ? await readLabNodes(session.env['KUBECONFIG'] ?? '', context) : [];
  const data = session
    ? {
        kind: 'LabStatus',
        schema: 1,
        running: true,
        pid: session.pid,
        speed: session.speed,
        startedAt: session.startedAt,
        application: session.env['APP_ENDPOINT'],
        nodes,
      }
    : { kind: 'LabStatus', schema: 1, running: false };
  printData(context, data, () => (session ? describeSession(session, nodes) : 'No lab runs. Start one:  evenkeel lab up --detach'));
  return session ? 0 : 3;
}

function describeSession({ pid, speed, startedAt, env }: LabSession, nodes: readonly LabNodeState[]): string {
  const upFor = formatDuration(Date.now() - Date.parse(startedAt));
  const rows = nodes.map(({ name, zone, status: state, pods }) => [name, zone, state, String(pods)]);
  const line = `A lab runs (process ${pid}, speed ${speed}, up for ${upFor}). Application: ${env['APP_ENDPOINT']}`;
  return `${line}\n\n${renderTable(['NODE', 'ZONE', 'STATUS', 'PODS'], rows)}`;
}

async function down(context: CommandContext): Promise<number> {
  const session = await requireLabSession(context.stateFolder);
  process.kill(session.pid, 'SIGTERM');
  const deadline = Date.now() + READY_LIMIT_MS;
  while (isAlive(session)) {
    if (Date.now() > deadline)
      throw new EvenkeelError('TIMED_OUT', `the lab (process ${session.pid}) does not end`, { blame: 'environment' });
    await pause(50);
  }
  context.say('The lab has ended.');
  return 0;
}

async function power(node: string, to: 'on' | 'off', context: CommandContext): Promise<number> {
  const { env } = await requireLabSession(context.stateFolder);
  const name = await setLabPower({ node, to, env: { ...context.env, ...env }, context });
  context.say(to === 'off' ? `${name} is powered off. Start it again:  evenkeel lab start-node ${name}` : `${name} is running again.`);
  return 0;
}

function readSpeed(options: OptionValues): number {
  const speed = Number(options['speed']);
  if (!(speed >= 0.1 && speed <= 1000)) {
    throw new EvenkeelError('USAGE', `--speed is '${String(options['speed'])}', expected a number from 0.1 to 1000`, { blame: 'input' });
  }
  return speed;
}

const quote = (value: string): string => (/^[\w./:@-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`);
const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const pause = (ms: number): Promise<'waited'> => new Promise((resolve) => setTimeout(() => resolve('waited'), ms));
