import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from './_run-cli.ts';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'evenkeel-init-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

describe('evenkeel init', () => {
  it('writes an experiment that is valid as it is, and says what is next', async () => {
    const written = await runCli(['init'], { cwd });
    expect(written).toMatchObject({ code: 0, stderr: expect.stringContaining('evenkeel validate experiment.yaml') });
    expect(await runCli(['validate', '--strict', 'experiment.yaml'], { cwd })).toMatchObject({
      code: 0,
      stdout: 'experiment.yaml: valid\n',
    });
  });

  it('asks the environment for what an activity must be given', async () => {
    await runCli(['init', 'a.yaml', '--do', 'kubernetes/scale-deployment', '--title', 'T: a "title"'], { cwd });
    const text = readFileSync(join(cwd, 'a.yaml'), 'utf8');
    expect(text).toContain('name: "${name}"');
    expect(text).toContain('key: REPLICAS');
    expect(await runCli(['validate', '--strict', 'a.yaml'], { cwd })).toMatchObject({ code: 0 });
  });

  it('keeps a file that is there', async () => {
    writeFileSync(join(cwd, 'experiment.yaml'), 'mine');
    expect(await runCli(['init'], { cwd })).toMatchObject({ code: 2, stderr: expect.stringContaining('--force') });
    expect(readFileSync(join(cwd, 'experiment.yaml'), 'utf8')).toBe('mine');
  });
});

describe('evenkeel discover', () => {
  it('finds activities by words, by the names of the Chaos Toolkit too', async () => {
    const { code, stdout } = await runCli(['discover', 'chaosazure.vmss', 'power', 'off', '-o', 'json'], { cwd });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'Activities', schema: 1, activities: [{ name: 'azure/stop-vmss-instances' }] });
  });

  it('tells all about one', async () => {
    const { stdout } = await runCli(['discover', 'azure/stop-vmss-instances'], { cwd });
    expect(stdout).toMatch(/count +integer +1/);
    expect(stdout).toContain('undo:    azure/start-vmss-instances');
  });

  it('has a word for what it does not find', async () => {
    expect(await runCli(['discover', 'azure/stop-vms-instances'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Did you mean 'azure/stop-vmss-instances'?"),
    });
  });
});
