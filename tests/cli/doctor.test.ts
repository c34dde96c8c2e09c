/** `doctor`, `azure role` and `completion` as a user meets them: no cluster, no Azure. */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, temporaryFolder } from './_run-cli.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

describe('doctor', () => {
  it('says what is bad and what to do, and leaves with 3', async () => {
    const { code, stdout } = await runCli(['doctor'], { env: { EVENKEEL_HOME: join(folder.path, 'state') } });
    expect(stdout).toMatch(/✓ ok .*node/);
    expect(stdout).toMatch(/✗ bad .*cluster .*kubeconfig[^\n]*\n\s+→ /);
    expect(stdout).toMatch(/! warn .*azure .*not configured/);
    expect(code).toBe(3);
  });

  it('finds a state folder that can not be written to', async () => {
    await writeFile(join(folder.path, 'file'), '');
    const { stdout } = await runCli(['doctor', '-o', 'json'], { env: { EVENKEEL_HOME: join(folder.path, 'file', 'state') } });
    const { findings, healthy } = JSON.parse(stdout) as { healthy: boolean; findings: { check: string; state: string }[] }; // printed by our own command
    expect(findings.find(({ check }) => check === 'state folder')?.state).toBe('bad');
    expect(healthy).toBe(false);
  });
});

describe('azure role', () => {
  it('prints just what an experiment needs, the undo included', async () => {
    const file = join(folder.path, 'stop.yaml');
    await writeFile(
      file,
      'title: t\ndescription: d\nmethod: [{type: action, name: a, provider: {type: python, module: chaosazure.vmss.actions, func: stop_vmss}}]\n',
    );
    const { code, stdout } = await runCli(['azure', 'role', file, '--scope', '/subscriptions/s']);
    const role = JSON.parse(stdout) as { Actions: string[]; AssignableScopes: string[] }; // printed by our own command
    expect(code).toBe(0);
    expect(role.Actions).toContain('Microsoft.Compute/virtualMachineScaleSets/virtualMachines/powerOff/action');
    expect(role.Actions).toContain('Microsoft.Compute/virtualMachineScaleSets/virtualMachines/start/action');
    expect(role.Actions.join(' ')).not.toMatch(/delete|deallocate|\*/);
    expect(role.AssignableScopes).toEqual(['/subscriptions/s']);
  });
});

describe('completion', () => {
  it('completes subcommands and options in a real bash', async () => {
    const { stdout } = await runCli(['completion', 'bash']);
    const complete = (...words: string[]): string =>
      execFileSync(
        'bash',
        ['-c', `${stdout}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _evenkeel; echo "\${COMPREPLY[@]}"`, 'x', ...words],
        {
          encoding: 'utf8',
        },
      ).trim();
    expect(complete('evenkeel', 'what')).toBe('what-if');
    expect(complete('evenkeel', 'lab', 'u')).toBe('up');
    expect(complete('evenkeel', 'run', '--max-n')).toBe('--max-nodes');
    expect(complete('evenkeel', 'watch')).toBe('');
  });

  it('knows zsh and fish, and no other', async () => {
    expect((await runCli(['completion', 'fish'])).stdout).toMatch(/^complete -c evenkeel .*-a harden/m);
    expect((await runCli(['completion', 'zsh'])).stdout).toMatch(/^#compdef evenkeel/);
    expect((await runCli(['completion', 'tcsh'])).code).toBe(2);
  });
});
