/** `chaos init`: an experiment by questions; answers come line by line, so a file of them will do. Source: chaostoolkit-compat.md b.9. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import { isObject, readJson, writeJson } from '../../experiment/index.ts';
import { contextOf } from './driver-context.ts';
import { createNotifier } from './notify.ts';
import { createPrompt } from './prompt.ts';
import type { Prompt } from './prompt.ts';
import type { Session } from './run-command.ts';
import { readSettings } from './settings.ts';

export interface InitFlags {
  readonly discoveryPath: string;
  readonly experimentPath: string;
}

/** Asks and writes the experiment. Result: 0; 1 when the answers end too early or the discovery file makes no sense. */
export async function initCommand(session: Session, { discoveryPath, experimentPath }: InitFlags): Promise<number> {
  const { io, console, settingsFile } = session;
  const notify = createNotifier(readSettings(settingsFile, console), contextOf(io, console.log));
  await notify('init-started', null);
  const prompt = createPrompt(io);
  try {
    const known = readDiscovery(resolve(io.cwd, discoveryPath));
    if (known === undefined) io.stdout(`There is no ${discoveryPath} (see chaos discover): activities can not be offered.\n`);
    const experiment = await askForExperiment(prompt, known ?? []);
    const yaml = /\.ya?ml$/.test(experimentPath);
    writeFileSync(resolve(io.cwd, experimentPath), yaml ? stringify(experiment) : `${writeJson(experiment)}\n`);
    io.stdout(`\nExperiment created and saved in '${experimentPath}'\n`);
    await notify('init-completed', experiment);
    return 0;
  } catch (thrown) {
    console.write('ERROR', messageOf(thrown));
    await notify('init-failed', null, messageOf(thrown));
    return 1;
  } finally {
    prompt.close();
  }
}

type Known = Readonly<Record<string, unknown>>;

function readDiscovery(path: string): readonly Known[] | undefined {
  if (!existsSync(path)) return undefined;
  const discovery = readJson(readFileSync(path, 'utf8'));
  const activities = isObject(discovery) ? discovery['activities'] : undefined;
  if (!Array.isArray(activities)) throw new EvenkeelError('INVALID_INPUT', `${path} is no discovery file`, { blame: 'input' });
  return activities.filter(isObject);
}

async function askForExperiment(prompt: Prompt, known: readonly Known[]): Promise<object> {
  const title = await prompt.text("Experiment's title");
  const experiment: Record<string, unknown> = { version: '1.0.0', title, description: 'N/A', tags: [] };
  if (await prompt.confirm('Do you want to define a steady state hypothesis now?')) {
    const hypothesis = await prompt.text("Hypothesis's title");
    const probes = known.filter(({ type }) => type !== 'action');
    experiment['steady-state-hypothesis'] = { title: hypothesis, probes: await askForActivities(prompt, probes, { withTolerance: true }) };
  }
  experiment['method'] = [];
  if (known.length > 0 && (await prompt.confirm('Do you want to define an experimental method?'))) {
    experiment['method'] = await askForActivities(prompt, known, { withTolerance: false });
  }
  experiment['rollbacks'] = [];
  if (known.length > 0 && (await prompt.confirm('Do you want to add some rollbacks now?'))) {
    experiment['rollbacks'] = await askForActivities(prompt, known, { withTolerance: false });
  }
  return experiment;
}

async function askForActivities(
  prompt: Prompt,
  known: readonly Known[],
  { withTolerance }: { readonly withTolerance: boolean },
): Promise<object[]> {
  const chosen: object[] = [];
  if (known.length === 0) return chosen;
  const names = known.map(({ name }) => String(name));
  for (;;) {
    const index = await prompt.choose(withTolerance ? 'Add a probe' : 'Add an activity', names);
    const activity = index === undefined ? undefined : known[index];
    if (activity === undefined) return chosen;
    const tolerance = withTolerance ? { tolerance: valueOf(await prompt.text('What is its tolerance?')) } : {};
    const type = activity['type'] === 'action' ? 'action' : 'probe';
    chosen.push({ type, name: String(activity['name']), ...tolerance, provider: await askForProvider(prompt, activity) });
  }
}

async function askForProvider(prompt: Prompt, activity: Known): Promise<object> {
  const args: Record<string, unknown> = {};
  for (const argument of Array.isArray(activity['arguments']) ? activity['arguments'].filter(isObject) : []) {
    const optional = Object.hasOwn(argument, 'default');
    const name = String(argument['name']);
    const shown = optional ? writeJson(argument['default'], 0) : undefined;
    const answer = await prompt.text(`Argument's value for '${name}'`, shown);
    // What is left at its default need not stand in the file.
    if (answer !== shown) args[name] = argument['type'] === 'string' ? answer : valueOf(answer);
  }
  const given = Object.keys(args).length === 0 ? {} : { arguments: args };
  if (activity['mod'] === 'evenkeel') return { type: 'evenkeel', name: activity['name'], ...given };
  return { type: 'python', module: activity['mod'], func: activity['name'], ...given };
}

/** `200`, `true`, `[1, 2]`, `{…}`; all else is a text. */
function valueOf(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    return text;
  }
}
