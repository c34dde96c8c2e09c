/** Controls that hold for every experiment: of the settings, and of `--control-file`. Source: chaostoolkit-compat.md a.7, b.9. */
import { readFileSync } from 'node:fs';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import { isObject, readJson, readYaml } from '../../experiment/index.ts';
import type { ActivityProvider, Control, ControlPort, LoadedExperiment } from '../../experiment/index.ts';
import type { Settings } from './settings.ts';

/** A mapping from name to control, as a list. What is no mapping has none. */
export function controlsIn(mapping: unknown): Control[] {
  if (!isObject(mapping)) return [];
  return Object.entries(mapping).map(([name, control]) => ({ ...(isObject(control) ? control : {}), name }));
}

/** The controls of a file (JSON or YAML). Errors: `USAGE`. */
export function readControlFile(file: string): Control[] {
  const wrong = (message: string): EvenkeelError =>
    new EvenkeelError('USAGE', `Invalid value for '--control-file': ${message}`, { blame: 'input' });
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw wrong(`Path '${file}' does not exist.`);
  }
  try {
    return controlsIn(file.endsWith('.json') ? readJson(text) : readYaml(text));
  } catch (thrown) {
    throw wrong(`${file}: ${messageOf(thrown)}`);
  }
}

/** Loads an experiment with the loading hooks of the global controls around it; what a hook throws is forgotten, as the original does. */
export async function loadWithHooks<T extends Pick<LoadedExperiment, 'experiment'>>(
  source: string,
  { controls, settings }: { readonly controls: Pick<ControlPort, 'global' | 'handles' | 'call'>; readonly settings: Settings },
  load: () => Promise<T>,
): Promise<T> {
  const call = async (when: 'before' | 'after', experiment?: object): Promise<void> => {
    for (const control of controls.global) {
      if ((control.scope !== undefined && control.scope !== when) || !controls.handles(control)) continue;
      const declared = control.provider?.['arguments'];
      const given = { hook: `${when}_loading_experiment_control`, control, arguments: isObject(declared) ? declared : {}, settings };
      const state = experiment === undefined ? {} : { state: experiment };
      const none = { configuration: {}, secrets: {}, experiment: experiment ?? null, extensions: [] };
      await controls.call({ ...given, ...none, ...state, context: source }).catch(() => {});
    }
  };
  await call('before');
  const loaded = await load();
  await call('after', loaded.experiment);
  return loaded;
}

/** The controls whose Python module is not there. */
export async function missingControls(
  controls: readonly Control[],
  providers: readonly ActivityProvider[],
): Promise<readonly { readonly control: Control; readonly message: string }[]> {
  const missing: { control: Control; message: string }[] = [];
  /** One look at each module: thousands of activities may have the same control. */
  const known = new Map<string, boolean>();
  const python = providers.find((provider) => provider.type === 'python');
  for (const control of controls) {
    if (control.provider?.type !== 'python') continue;
    const module = String(control.provider['module']);
    if (!known.has(module)) {
      const problems = await python?.validate({ type: 'python', module, func: '' }, control.name, 'control');
      known.set(module, problems?.some(({ path }) => path[0] === 'module') === true);
    }
    if (known.get(module) !== true) continue;
    missing.push({ control, message: `Could not find Python module '${module}' in control '${control.name}'` });
  }
  return missing;
}
