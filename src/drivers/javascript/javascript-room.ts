/** The `javascript` provider: an exported function of an ES module, called as Python functions are. Controls alike. */
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import { isObject, pythonText } from '../../experiment/index.ts';
import type { ActivityContext, ActivityProvider, ControlCall, Provider } from '../../experiment/index.ts';

export interface JavascriptRoom {
  readonly provider: ActivityProvider;
  callControl(call: ControlCall): Promise<{ readonly interrupt?: string } | undefined>;
}

/** What a function is given beside its arguments. */
interface CallContext {
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

/** `folder`: what relative module paths start from. A function is called as `func(arguments, {configuration, secrets, signal})`. */
export function createJavascriptRoom({ folder }: { readonly folder: string }): JavascriptRoom {
  return {
    provider: { type: 'javascript', validate, run: (provider, context) => run(folder, provider, context) },
    callControl: (call) => callControl(folder, call),
  };
}

function validate(provider: Provider): { message: string; path: string[] }[] {
  const problems: { message: string; path: string[] }[] = [];
  if (typeof provider['module'] !== 'string' || provider['module'] === '')
    problems.push({ message: 'a JavaScript activity must have a module', path: ['module'] });
  if (typeof provider['func'] !== 'string' || provider['func'] === '')
    problems.push({ message: 'a JavaScript activity must have a function name', path: ['func'] });
  return problems;
}

async function importModule(folder: string, module: string): Promise<Record<string, unknown>> {
  const isPath = isAbsolute(module) || /^\.{1,2}[/\\]|\.[cm]?js$/.test(module);
  // What an ES module exports is an object of names.
  return (await import(isPath ? pathToFileURL(resolve(folder, module)).href : module)) as Record<string, unknown>;
}

async function run(folder: string, provider: Provider, context: ActivityContext): Promise<unknown> {
  const module = pythonText(provider['module']);
  const name = pythonText(provider['func']);
  let func: unknown;
  try {
    func = (await importModule(folder, module))[name];
  } catch (thrown) {
    throw new EvenkeelError('INVALID_INPUT', `the module ${module} can not be loaded: ${messageOf(thrown)}`, {
      blame: 'input',
      cause: thrown,
    });
  }
  if (typeof func !== 'function')
    throw new EvenkeelError('INVALID_INPUT', `the module ${module} exports no function ${name}`, { blame: 'input' });
  const args = isObject(provider['arguments']) ? provider['arguments'] : {};
  const { configuration, secrets, signal } = context;
  const given: CallContext = { configuration, secrets, signal };
  try {
    // Checked above; what it takes and gives is the author's.
    const output: unknown = await (func as (args: unknown, given: CallContext) => unknown)(args, given);
    return output ?? null;
  } catch (thrown) {
    const kind = thrown instanceof Error ? `${thrown.name}: ` : '';
    throw new EvenkeelError('TARGET_FAILED', `${kind}${messageOf(thrown)}`, { blame: 'target', cause: thrown });
  }
}

async function callControl(folder: string, call: ControlCall): Promise<{ interrupt?: string } | undefined> {
  const module = await importModule(folder, pythonText(call.control.provider?.['module']));
  const hook = module[call.hook];
  if (typeof hook !== 'function') return undefined;
  const { control: _, hook: __, arguments: args, ...shared } = call;
  // A hook may answer `{interrupt: "why"}`; whatever else it answers counts as nothing.
  const answer: unknown = await (hook as (given: object) => unknown)({ ...args, ...shared });
  return isObject(answer) && typeof answer['interrupt'] === 'string' ? { interrupt: answer['interrupt'] } : undefined;
}
