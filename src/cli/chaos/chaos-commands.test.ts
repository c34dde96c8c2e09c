import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRealClock } from '../../base/index.ts';
import { readYaml } from '../../experiment/index.ts';
import { nativeActivities } from '../native-activities.ts';
import { chaosMain } from './main.ts';

const hasPython = (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, 'python3')));
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chaos-commands-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function chaos(args: readonly string[], answers: readonly string[] = []) {
  let stdout = '';
  let stderr = '';
  const exit = await chaosMain(['--no-log-file', ...args], {
    env: { HOME: folder, PATH: process.env['PATH'], PYTHONPATH: folder },
    cwd: folder,
    clock: createRealClock(),
    stateFolder: join(folder, 'state'),
    stdout: (text) => void (stdout += text),
    stderr: (text) => void (stderr += text),
    lines: async function* () {
      yield* answers;
    },
    onSignal: () => () => {},
    changeFolder: () => {},
    drivers: () => Promise.resolve({ activities: nativeActivities, undos: [] }),
  });
  return { exit, stdout, stderr };
}

const path = (name: string): string => join(folder, name);
// Each file was written by the command under test, and is looked into with matchers.
const readJsonFile = (name: string) => JSON.parse(readFileSync(path(name), 'utf8')) as { activities: { name: string; mod: string }[] };

describe('chaos discover', () => {
  it('lists what evenkeel has of the Azure extension', async () => {
    const { exit, stderr } = await chaos(['discover', '--no-install', 'chaostoolkit-azure', '--discovery-path', path('d.json')]);
    expect({ exit, stderr }).toMatchObject({ exit: 0, stderr: expect.stringContaining('Discovery outcome saved in') });
    const { activities } = readJsonFile('d.json');
    expect(activities).toContainEqual(expect.objectContaining({ type: 'action', mod: 'chaosazure.vmss.actions', name: 'stop_vmss' }));
    expect(activities.every(({ mod }) => mod.startsWith('chaosazure.'))).toBe(true);
  });

  it.runIf(hasPython)('asks python3 for other packages', async () => {
    mkdirSync(path('myext'));
    writeFileSync(path('myext/__init__.py'), '__version__ = "1.2"\n');
    writeFileSync(
      path('myext/actions.py'),
      '__all__ = ["kick"]\ndef kick(who: str, times: int = 2, secrets=None):\n    "Kicks."\ndef hidden(): pass\n',
    );
    expect((await chaos(['discover', 'myext', '--discovery-path', path('d.json')])).exit).toBe(0);
    expect(readJsonFile('d.json')).toMatchObject({ extension: { name: 'myext', version: '1.2' }, target: 'myext' });
    expect(readJsonFile('d.json').activities).toEqual([
      {
        type: 'action',
        name: 'kick',
        mod: 'myext.actions',
        doc: 'Kicks.',
        arguments: [
          { name: 'who', type: 'string' },
          { name: 'times', default: 2, type: 'integer' },
        ],
      },
    ]);
  });

  it('fails when there is no such package', async () => {
    const { exit, stderr } = await chaos(['discover', 'no_such_package_here', '--discovery-path', path('d.json')]);
    expect(exit).toBe(1);
    expect(stderr).toContain('CRITICAL');
    expect(existsSync(path('d.json'))).toBe(false);
  });
});

describe('chaos init', () => {
  it('makes an experiment of what was discovered, which is valid', async () => {
    await chaos(['discover', 'chaosk8s', '--discovery-path', path('d.json')]);
    const answers = ['Pods stay', 'y', 'Two pods run', 'count_pods', '2', 'app=web', '', 'shop', '', 'n', 'n'];
    const args = ['init', '--discovery-path', path('d.json'), '--experiment-path', path('e.yaml')];
    expect(await chaos(args, answers)).toMatchObject({ exit: 0 });
    expect(readYaml(readFileSync(path('e.yaml'), 'utf8'))).toMatchObject({
      title: 'Pods stay',
      'steady-state-hypothesis': {
        title: 'Two pods run',
        probes: [
          {
            type: 'probe',
            name: 'count_pods',
            tolerance: 2,
            provider: {
              type: 'python',
              module: 'chaosk8s.pod.probes',
              func: 'count_pods',
              arguments: { label_selector: 'app=web', ns: 'shop' },
            },
          },
        ],
      },
      method: [],
      rollbacks: [],
    });
    expect((await chaos(['validate', path('e.yaml')])).exit).toBe(0);
  });

  it('fails when the answers end too early', async () => {
    expect(await chaos(['init', '--experiment-path', path('e.json')])).toMatchObject({ exit: 1 });
    expect(existsSync(path('e.json'))).toBe(false);
  });
});

describe('chaos report', () => {
  it('writes Markdown from a journal', async () => {
    writeFileSync(path('e.json'), '{"title": "T one", "description": "d", "method": []}');
    expect((await chaos(['run', path('e.json'), '--journal-path', path('j.json')])).exit).toBe(0);
    expect((await chaos(['report', '--title', 'My report', path('j.json'), path('r.md')])).exit).toBe(0);
    expect(readFileSync(path('r.md'), 'utf8')).toContain('# My report');
  });

  it('says when a journal is none', async () => {
    writeFileSync(path('j.json'), '{}');
    expect(await chaos(['report', path('j.json'), path('r.md')])).toMatchObject({ exit: 1, stderr: expect.stringContaining('no journal') });
  });
});

describe('notifications', () => {
  it.runIf(hasPython)('of type plugin call a Python function', async () => {
    writeFileSync(path('told.py'), 'def notify(channel, payload):\n    open(channel["out"], "a").write(payload["name"] + " ")\n');
    writeFileSync(path('s.yaml'), `notifications:\n- {type: plugin, module: told, out: "${path('out')}"}\n`);
    writeFileSync(path('e.json'), '{"title": "T", "description": "d", "method": []}');
    await chaos(['--settings', path('s.yaml'), 'validate', path('e.json')]);
    expect(readFileSync(path('out'), 'utf8')).toBe('validate-started validate-completed ');
  });
});

describe('chaos run', () => {
  it('says beside the log what a green of the original hides', async () => {
    const action = (name: string, seconds: number) => ({
      type: 'action',
      name,
      provider: { type: 'process', path: 'sleep', arguments: String(seconds), timeout: 0.2 },
    });
    writeFileSync(path('e.json'), JSON.stringify({ title: 'T', description: 'd', method: [action('cut', 20), action('fine', 0)] }));
    const { exit, stdout } = await chaos(['run', path('e.json'), '--journal-path', path('j.json')]);
    expect({ exit, stdout }).toEqual({
      exit: 0,
      stdout: expect.stringMatching(/^Notice: 1 activity failed \('cut'\), which status and exit code/),
    });
  });
});
