/** Controls around the parts of a run. Source: chaostoolkit-compat.md a.7. */
import { EvenkeelError } from '../../base/index.ts';
import { isObject } from '../format/python-values.ts';
import type { Control } from '../spec.ts';
import { substitute } from '../substitution.ts';
import type { ControlLevel } from './controls.ts';
import { Interruption } from './run-event.ts';
import type { RunWorld } from './run-world.ts';

/** Calls the hooks of one moment, each control once. Errors: `Interruption` when a control asks for it; all else is logged and forgotten. */
export async function callControls(
  world: RunWorld,
  when: 'before' | 'after',
  level: ControlLevel,
  context: unknown,
  state: unknown,
  own: unknown,
): Promise<void> {
  const port = world.options.controls;
  if (port === undefined) return;
  for (const control of controlsAt(world, level, own)) {
    if ((control.scope !== undefined && control.scope !== when) || !port.handles(control)) continue;
    await callHook(world, control, `${when}_${level}_control`, context, state);
  }
}

/** Calls one hook of one control. */
export async function callHook(world: RunWorld, control: Control, hook: string, context: unknown, state: unknown): Promise<void> {
  const { controls, log, settings } = world.options;
  const declared = control.provider?.['arguments'];
  const args = hook === 'configure_control' ? declared : hook === 'cleanup_control' ? {} : substitute(declared, world.names);
  try {
    const answer = await controls?.call({
      hook,
      control,
      context,
      ...(state === undefined ? {} : { state }),
      arguments: isObject(args) ? args : {},
      configuration: world.configuration,
      secrets: world.secrets,
      experiment: world.experiment,
      extensions: world.experiment.extensions ?? [],
      ...(settings === undefined ? {} : { settings }),
    });
    if (answer?.interrupt !== undefined) throw new Interruption('control', answer.interrupt);
  } catch (thrown) {
    if (thrown instanceof Interruption) throw thrown;
    log.debug(`control '${control.name}' failed in ${hook}: ${thrown instanceof EvenkeelError ? thrown.message : String(thrown)}`);
  }
}

function controlsAt(world: RunWorld, level: ControlLevel, own: unknown): readonly Control[] {
  const top = controlsOf(world.experiment.controls);
  const applying = level === 'experiment' ? top : top.filter((control) => control.automatic !== false);
  const mine = level === 'experiment' ? [] : controlsOf(own);
  const global = world.options.controls?.global ?? [];
  const all = [...applying, ...mine, ...global];
  return all.filter((control, index) => all.findIndex((other) => other === control) === index);
}

/** The controls of an object of the experiment; entries that are none are left out. */
export function controlsOf(declared: unknown): Control[] {
  if (!Array.isArray(declared)) return [];
  // A control needs a name and a provider to be called; both are checked here.
  return declared.filter((control): control is Control => isObject(control) && typeof control['name'] === 'string');
}
