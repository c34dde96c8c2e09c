/** What happens after a runner's death, against a real lab: what the watchdog and `recover` sign in with. */
import { readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type RunSummary, listRuns, readWatchdogNote } from '../../src/experiment/index.ts';
import { type CrashLab, startCrashLab } from '../campaigns/crash-lab.ts';
import { leaves, newestRun, noted } from './_dead-runs.ts';
import { type CliResult, startCli } from './_run-cli.ts';

const STOP = (parts: string): string => `
title: one instance is down
description: until the runner is killed
configuration:
  azure_subscription_id: {type: env, key: AZURE_SUBSCRIPTION_ID}
${parts}
`;
const METHOD = `
method:
  - type: action
    name: stop an instance
    provider: {type: python, module: chaosazure.vmss.actions, func: stop_vmss}
    pauses: {after: 36000}
`;
/** Signs in with what stands in its own secrets alone; another group would lead nowhere. */
const OWN_SECRETS = (tenant: string): string => `
secrets:
  azure:
    client_id: {type: env, key: TEST_CLIENT_ID}
    client_secret: {type: env, key: TEST_CLIENT_SECRET}
    tenant_id: "${tenant}"
  other: {client_id: nobody, client_secret: nothing, tenant_id: nowhere}
${METHOD.replace('func: stop_vmss', 'func: stop_vmss, secrets: [azure]')}`;
const CORDON = (node: string): string => `
title: a node is cordoned
description: in the context that the secrets name
secrets:
  cluster: {KUBERNETES_CONTEXT: the-right-one}
method:
  - type: action
    name: cordon a node
    provider: {type: python, module: chaosk8s.node.actions, func: cordon_node, secrets: [cluster], arguments: {name: ${node}}}
    pauses: {after: 36000}
`;

let lab: CrashLab;
/** Only endpoints and subscription are known here; who signs in, the experiment's secrets say. */
let placeOnly: Record<string, string | undefined>;
let clientId: string;
let clientSecret: string;
let tenant: string;

beforeAll(async () => {
  lab = await startCrashLab('recovery', { speed: '20', programs: false });
  // The first look at a new lab is slow.
  await lab.start(['spread']).ended;
  const file = JSON.parse(await readFile(lab.env['AZURE_AUTH_LOCATION'] ?? '', 'utf8')) as Record<string, string>; // written by our own lab
  const { tenantId = '', ...principal } = file;
  tenant = tenantId;
  clientId = principal['clientId'] ?? '';
  clientSecret = principal['clientSecret'] ?? '';
  const place = Object.fromEntries(Object.entries(principal).filter(([key]) => !key.startsWith('client')));
  await writeFile(join(lab.folder, 'place.json'), JSON.stringify(place));
  placeOnly = { ...lab.env, AZURE_AUTH_LOCATION: join(lab.folder, 'place.json') };
  await writeFile(join(lab.folder, 'stop.yaml'), STOP(METHOD));
  await writeFile(join(lab.folder, 'own-secrets.yaml'), STOP(OWN_SECRETS(tenantId)));
  const cordon = CORDON(await lab.someNode());
  await writeFile(join(lab.folder, 'cordon.yaml'), cordon);
});
afterAll(() => lab.stop());

type Env = Readonly<Record<string, string | undefined>>;
const cli = (args: readonly string[], env: Env = lab.env): Promise<CliResult> => startCli(args, { env, cwd: lab.folder }).ended;
const withSecrets = (): Env => ({ ...placeOnly, TEST_CLIENT_ID: clientId, TEST_CLIENT_SECRET: clientSecret });

/** A run that is killed in its pause. Result: its summary. */
async function killedRun(file: string, env: Env, ...more: readonly string[]): Promise<RunSummary> {
  const before = new Set((await listRuns(lab.stateFolder)).map(({ runId }) => runId));
  const run = startCli(['run', file, '--yes', '--lead', '0s', ...more], { env, cwd: lab.folder });
  await run.seen(/pause of/);
  run.child.kill('SIGKILL');
  await run.ended;
  const found = (await listRuns(lab.stateFolder)).find(({ runId }) => !before.has(runId));
  if (found === undefined) throw new Error('the run is not listed');
  return found;
}

describe('what a recovery signs in with', () => {
  it('is told by recover when it is missing, and found again in the experiment and the environment', async () => {
    const run = await killedRun('own-secrets.yaml', withSecrets(), '--no-watchdog');
    const without = await cli(['recover', '-o', 'json'], placeOnly);
    expect(without.code, without.stderr).toBe(5);
    expect(without.stderr).toMatch(/Set TEST_CLIENT_ID and TEST_CLIENT_SECRET: the run took its configuration or secrets from there/);
    const { runs } = JSON.parse(without.stdout) as { runs: { stillBroken: { targets: string[] }[] }[] };
    expect(runs[0]?.stillBroken[0]?.targets[0]).toMatch(/^azure:\/subscriptions\/.*\/virtualmachines\/\d+$/);
    await rename(join(lab.folder, 'own-secrets.yaml'), join(lab.folder, 'moved.yaml'));
    const gone = await cli(['recover', run.runId], withSecrets());
    await rename(join(lab.folder, 'moved.yaml'), join(lab.folder, 'elsewhere.yaml'));
    expect(gone.code).toBe(5);
    expect(gone.stderr).toMatch(/put it back, or name it with --experiment FILE/);
    const mended = await cli(['recover', run.runId, '--experiment', 'elsewhere.yaml'], withSecrets());
    await rename(join(lab.folder, 'elsewhere.yaml'), join(lab.folder, 'own-secrets.yaml'));
    expect(mended.code, mended.stderr).toBe(0);
    expect(await lab.broken()).toEqual([]);
  }, 120_000);

  it('is handed to the watchdog through a pipe: on no disk, on no command line', async () => {
    const env = withSecrets();
    const run = startCli(['run', 'own-secrets.yaml', '--yes', '--lead', '0s'], { env, cwd: lab.folder });
    await run.seen(/pause of/);
    // From here on the experiment can not be read any more.
    await writeFile(join(lab.folder, 'own-secrets.yaml.kept'), await readFile(join(lab.folder, 'own-secrets.yaml')));
    await writeFile(join(lab.folder, 'own-secrets.yaml'), '{');
    const summary = await newestRun(lab.stateFolder);
    const { pid } = await noted(summary, ['watching']);
    expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(clientSecret);
    run.child.kill('SIGKILL');
    await run.ended;
    await leaves(summary);
    await rename(join(lab.folder, 'own-secrets.yaml.kept'), join(lab.folder, 'own-secrets.yaml'));
    expect((await readWatchdogNote(summary.path))?.state).toBe('ended');
    expect(await lab.broken()).toEqual([]);
    const files = await readdir(join(lab.stateFolder, 'runs'), { recursive: true, withFileTypes: true });
    const texts = files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'utf8'));
    expect((await Promise.all(texts)).join('\n')).not.toContain(clientSecret);
  }, 120_000);

  it('is read again from the files of variables that `chaos run` was given', async () => {
    const secrets = { azure: { client_id: clientId, client_secret: clientSecret, tenant_id: tenant }, other: {} };
    await writeFile(join(lab.folder, 'variables.json'), JSON.stringify({ secrets }));
    const args = ['run', 'own-secrets.yaml', '--var-file', 'variables.json'];
    const run = startCli(args, { env: { ...withSecrets(), TEST_CLIENT_SECRET: 'not this one' }, cwd: lab.folder, program: 'chaos' });
    await run.seen(/Pausing after activity/);
    run.child.kill('SIGKILL');
    await run.ended;
    expect((await lab.broken()).length).toBeGreaterThan(0);
    const recovered = await cli(['recover'], placeOnly);
    expect(recovered.code, recovered.stderr).toBe(0);
    expect(await lab.broken()).toEqual([]);
  }, 120_000);

  it('includes the context of the cluster that stood in the secrets', async () => {
    // As our own lab writes it.
    const config = parse(await readFile(lab.env['KUBECONFIG'] ?? '', 'utf8')) as { contexts: { context: object }[]; clusters: object[] };
    const right = config.contexts[0]?.context ?? {};
    const two = {
      ...config,
      'current-context': 'the-wrong-one',
      contexts: [
        { name: 'the-right-one', context: right },
        { name: 'the-wrong-one', context: { ...right, cluster: 'nowhere' } },
      ],
      clusters: [...config.clusters, { name: 'nowhere', cluster: { server: 'https://127.0.0.1:1' } }],
    };
    await writeFile(join(lab.folder, 'two.json'), JSON.stringify(two));
    const env = { ...lab.env, KUBECONFIG: join(lab.folder, 'two.json') };
    const run = await killedRun('cordon.yaml', env, '--no-watchdog', '--allow-unknown-node');
    expect((await lab.broken()).join()).toMatch(/is cordoned/);
    // Without the variable that the run had: its log says which kubeconfig it was.
    const recovered = await cli(['recover', run.runId], { ...env, KUBECONFIG: undefined });
    expect(recovered.code, recovered.stderr).toBe(0);
    expect(await lab.broken()).toEqual([]);
  }, 120_000);
});
