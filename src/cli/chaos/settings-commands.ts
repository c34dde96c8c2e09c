/** `chaos settings show|get|set|remove`. Source: chaostoolkit-compat.md b.9. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { messageOf } from '../../base/index.ts';
import { isObject, readJson, readYaml, writeJson } from '../../experiment/index.ts';
import type { Session } from './run-command.ts';

type Answer = (code: number) => void;

/** Adds the commands. Exit codes: 0; 1 when the file or the key is missing. */
export function settingsCommands(program: Command, session: () => Session, answer: Answer): void {
  const settings = program.command('settings').description('read and change the settings file');
  settings
    .command('show')
    .option('--format <format>', 'json or yaml', 'yaml')
    .action(({ format }: { format: string }) => withSettings(session(), answer, (value) => print(session(), value, format)));
  settings
    .command('get <key>')
    .option('--format <format>', 'string, json or yaml', 'string')
    .action((key: string, { format }: { format: string }) =>
      withSettings(session(), answer, (value) => {
        const found = find(value, steps(key));
        if (found === undefined) return answer(1);
        const text = at(found);
        return format === 'string' && typeof text === 'string'
          ? session().io.stdout(`${text}\n`)
          : print(session(), text, format === 'yaml' ? 'yaml' : 'json');
      }),
    );
  settings.command('set <key> <value>').action((key: string, text: string) =>
    withSettings(session(), answer, (value) => {
      const found = find(value, steps(key));
      if (found === undefined) return answer(1);
      put(found, parsed(text));
      return save(session(), value);
    }),
  );
  settings.command('remove <key>').action((key: string) =>
    withSettings(session(), answer, (value) => {
      const found = find(value, steps(key));
      if (found === undefined) return answer(1);
      if (Array.isArray(found.holder)) found.holder.splice(Number(found.key), 1);
      else delete found.holder[found.key];
      return save(session(), value);
    }),
  );
}

interface Place {
  readonly holder: unknown[] | Record<string, unknown>;
  readonly key: string;
}

/** `a.b\.c[0]`: dotted, a backslash keeps a dot, brackets are indices. */
function steps(key: string): string[] {
  return [...key.matchAll(/(?:^|\.)((?:\\.|[^.[\\])+)|\[(\d+)\]/g)].map((match) => (match[1] ?? match[2] ?? '').replaceAll('\\.', '.'));
}

function find(value: unknown, path: readonly string[]): Place | undefined {
  let holder = value;
  for (const [index, key] of path.entries()) {
    if (!(Array.isArray(holder) || isObject(holder)) || !Object.hasOwn(holder, key)) return undefined;
    const place: Place = { holder, key };
    if (index === path.length - 1) return place;
    holder = at(place);
  }
  return undefined;
}

function at({ holder, key }: Place): unknown {
  return Array.isArray(holder) ? holder[Number(key)] : holder[key];
}

function put({ holder, key }: Place, value: unknown): void {
  if (Array.isArray(holder)) holder[Number(key)] = value;
  else holder[key] = value;
}

function parsed(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    return text;
  }
}

function withSettings(session: Session, answer: Answer, act: (settings: unknown) => void): void {
  let text: string;
  try {
    text = readFileSync(session.settingsFile, 'utf8');
  } catch {
    session.console.write('ERROR', `No settings file found at ${session.settingsFile}`);
    return answer(1);
  }
  try {
    act(readYaml(text));
  } catch (thrown) {
    session.console.write('ERROR', messageOf(thrown));
    answer(1);
  }
}

function print({ io }: Session, value: unknown, format: string): void {
  io.stdout(format === 'json' ? `${writeJson(value)}\n` : stringify(value));
}

function save({ settingsFile }: Session, value: unknown): void {
  writeFileSync(settingsFile, stringify(value));
}
