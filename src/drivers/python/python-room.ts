/** The format's `python` provider and controls, for modules that are not ours. Source: chaostoolkit-compat.md a.5, a.7. */
import { EvenkeelError } from '../../base/index.ts';
import { isObject, pythonText } from '../../experiment/index.ts';
import type { ActivityContext, ActivityProvider, ControlCall, Provider } from '../../experiment/index.ts';
import { findProgram } from '../process/index.ts';
import { createBridge, noPython } from './_bridge.ts';
import type { Bridge, Env } from './_bridge.ts';
import { applyChanges } from './_apply-changes.ts';

export interface PythonRoom {
  readonly provider: ActivityProvider;
  callControl(call: ControlCall): Promise<{ readonly interrupt?: string } | undefined>;
  /** What a package offers, as the discovery file lists it. Errors: `INVALID_INPUT` when it is not there or offers nothing; `ENVIRONMENT`. */
  discover(name: string): Promise<{ readonly version: string; readonly activities: readonly unknown[] }>;
  /** Calls `func(channel, payload)` of a plugin. Errors: `TARGET_FAILED`; `ENVIRONMENT`. */
  notify(channel: Readonly<Record<string, unknown>>, payload: object): Promise<void>;
  /** Ends python3 and all that it started. */
  stop(): Promise<void>;
}

const never = new AbortController().signal;
const LONGEST_CHECK_MS = 60_000;

/** The room of one run: one python3 for all of its functions and controls, started when the first is needed. */
export function createPythonRoom({ env }: { readonly env: Env }): PythonRoom {
  const bridge = createBridge(env);
  return {
    provider: {
      type: 'python',
      validate: (provider, name, kind) => validate(bridge, env, { provider, name, kind: kind ?? 'activity' }),
      run: (provider, context) => run(bridge, provider, context),
    },
    callControl: (call) => callControl(bridge, call),
    discover: (name) => discover(bridge, name),
    notify: (channel, payload) => notify(bridge, channel, payload),
    stop: () => bridge.stop(),
  };
}

interface Checked {
  readonly provider: Provider;
  readonly name: string;
  readonly kind: string;
}

async function validate(
  bridge: Bridge,
  env: Env,
  { provider, name, kind }: Checked,
): Promise<{ message: string; path: string[]; hint?: string }[]> {
  const { module, func } = provider;
  if (typeof module !== 'string' || module === '') return [{ message: 'a Python activity must have a module path', path: ['module'] }];
  if (kind !== 'control' && (typeof func !== 'string' || func === '')) {
    return [{ message: 'a Python activity must have a function name', path: ['func'] }];
  }
  if (findProgram('python3', env) === undefined) {
    const { message, hint } = noPython();
    return [{ message, path: ['module'], ...(hint === undefined ? {} : { hint }) }];
  }
  const args = provider['arguments'];
  const request = { op: 'check', module, func, arguments: isObject(args) ? Object.keys(args) : [] };
  const reply = await bridge.ask(request, AbortSignal.any([never, AbortSignal.timeout(LONGEST_CHECK_MS)]));
  const problem = reply['problem'];
  if (!isObject(problem)) return [];
  const where = String(problem['where']);
  return [{ message: problemText(where, String(problem['message']), { module, func: String(func), name, kind }), path: [where] }];
}

function problemText(
  where: string,
  text: string,
  { module, func, name, kind }: { module: string; func: string; name: string; kind: string },
): string {
  if (where === 'module') return `could not find Python module '${module}' in activity '${name}'`;
  if (where === 'func') return `The python module '${module}' does not expose a function called '${func}' in ${kind} '${name}'`;
  const missing = /missing a required (?:keyword-only )?argument: ('[^']+')/.exec(text)?.[1];
  if (missing !== undefined) return `required argument ${missing} is missing from activity '${func}'`;
  const extra = /got an unexpected keyword argument ('[^']+')/.exec(text)?.[1];
  if (extra !== undefined) return `argument ${extra} is not part of the function signature in activity '${func}'`;
  return `the arguments do not fit the function '${func}' in ${kind} '${name}': ${text}`;
}

async function run(bridge: Bridge, provider: Provider, context: ActivityContext): Promise<unknown> {
  const { module, func } = provider;
  const args = provider['arguments'];
  const { configuration, secrets } = context;
  const request = { op: 'call', module, func, arguments: isObject(args) ? args : {}, configuration, secrets };
  const reply = await bridge.ask(request, context.signal);
  if (typeof reply['fatal'] === 'string') {
    throw new EvenkeelError(
      'INVALID_INPUT',
      `the Python function ${pythonText(module)}.${pythonText(func)} can not be called: ${reply['fatal']}`,
      { blame: 'input' },
    );
  }
  if (typeof reply['failed'] === 'string') throw new EvenkeelError('TARGET_FAILED', reply['failed'], { blame: 'target' });
  return reply['output'] ?? null;
}

async function callControl(bridge: Bridge, call: ControlCall): Promise<{ interrupt?: string } | undefined> {
  const { control, ...rest } = call;
  const reply = await bridge.ask({ ...rest, op: 'control', module: control.provider?.['module'] }, never);
  applyChanges(call, reply['changed']);
  // Told by the engine, whose log knows the run's secrets.
  if (typeof reply['failed'] === 'string') throw new EvenkeelError('TARGET_FAILED', reply['failed'], { blame: 'target' });
  return typeof reply['interrupt'] === 'string' ? { interrupt: reply['interrupt'] } : undefined;
}

async function discover(bridge: Bridge, name: string): Promise<{ version: string; activities: readonly unknown[] }> {
  const reply = await bridge.ask({ op: 'discover', name }, AbortSignal.timeout(LONGEST_CHECK_MS));
  const { failed, version, activities } = reply;
  if (typeof failed === 'string') {
    throw new EvenkeelError('INVALID_INPUT', failed, { blame: 'input', hint: 'Nothing is installed by itself: python3 -m pip install …' });
  }
  return { version: pythonText(version ?? ''), activities: Array.isArray(activities) ? activities : [] };
}

async function notify(bridge: Bridge, channel: Readonly<Record<string, unknown>>, payload: object): Promise<void> {
  const given = { channel, payload };
  const { module, func = 'notify' } = channel;
  const reply = await bridge.ask({ op: 'notify', module, func, given }, AbortSignal.timeout(LONGEST_CHECK_MS));
  if (typeof reply['failed'] === 'string') throw new EvenkeelError('TARGET_FAILED', reply['failed'], { blame: 'target' });
}
