import { EvenkeelError, nearest } from '../../base/index.ts';
import { isObject, pythonText } from '../format/python-values.ts';
import type { ActivityContext, ActivityDescriptor } from '../ports.ts';
import type { Provider } from '../spec.ts';

/** The native fault or probe that a provider means: by Python name (`python`) or by ours (`evenkeel`); undefined when it means none. */
export function nativeActivity(provider: Provider, activities: readonly ActivityDescriptor[]): ActivityDescriptor | undefined {
  if (provider.type === 'python') {
    const name = `${String(provider['module'])}.${String(provider['func'])}`;
    return activities.find((activity) => activity.aliases.includes(name));
  }
  if (provider.type !== 'evenkeel') return undefined;
  const name = nativeName(provider);
  return activities.find((activity) => activity.name === name);
}

/** The name that an `evenkeel` provider gives under `action`, `probe` or `name`. */
export function nativeName(provider: Provider): string {
  return pythonText(provider['action'] ?? provider['probe'] ?? provider['name'] ?? '');
}

/** Runs a native activity with substituted arguments. Errors: `EvenkeelError`; a failed activity, never an aborted run. */
export async function runNative(descriptor: ActivityDescriptor, provider: Provider, context: ActivityContext): Promise<unknown> {
  const args = provider['arguments'];
  return descriptor.run(isObject(args) ? args : {}, context);
}

/** The error for an `evenkeel` provider that names nothing we have. */
export function unknownNative(provider: Provider, activities: readonly ActivityDescriptor[]): EvenkeelError {
  const name = nativeName(provider);
  const near = nearest(
    name,
    activities.map((activity) => activity.name),
  );
  return new EvenkeelError('INVALID_INPUT', `there is no activity called '${name}'`, {
    blame: 'input',
    hint: near === undefined ? 'List them: evenkeel discover' : `Did you mean '${near}'?`,
  });
}

/** What a `python` provider means that names a module of ours, but no function in it; undefined when it means something else. */
export function unknownFunction(
  provider: Provider,
  activities: readonly ActivityDescriptor[],
): { readonly module: string; readonly func: string; readonly hint: string } | undefined {
  if (provider.type !== 'python') return undefined;
  const [module, func] = [pythonText(provider['module']), pythonText(provider['func'])];
  const aliases = activities.flatMap((activity) => activity.aliases);
  const here = aliases.filter((alias) => alias.slice(0, alias.lastIndexOf('.')) === module).map((alias) => alias.slice(module.length + 1));
  if (here.length === 0) return undefined;
  const near = nearest(func, here);
  if (near !== undefined) return { module, func, hint: `Did you mean '${near}'?` };
  const elsewhere = aliases.find((alias) => alias.endsWith(`.${func}`) && alias.startsWith(`${module.split('.')[0]}.`));
  const hint = elsewhere === undefined ? `It has ${here.join(', ')}.` : `Did you mean ${elsewhere}?`;
  return { module, func, hint };
}
