/** Shell completion as text, derived from the descriptors of commands. Words only: nothing is run while the user types. */
import type { Command, CommandEntry, OptionSpec } from './command.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

interface Word {
  readonly word: string;
  readonly summary: string;
}
/** `path` is empty for the program itself, then `lab`, then `lab up`. */
interface Place {
  readonly path: string;
  readonly words: readonly Word[];
}

/** The script for a shell. `program` is the name that is completed. */
export async function completionScript(shell: Shell, program: string, commands: readonly CommandEntry[]): Promise<string> {
  const places = await placesOf(commands.filter(({ hidden }) => hidden !== true));
  switch (shell) {
    case 'bash':
      return bash(program, places);
    case 'zsh':
      return zsh(program, places);
    case 'fish':
      return fish(program, places);
  }
}

async function placesOf(commands: readonly CommandEntry[]): Promise<readonly Place[]> {
  const loaded = await Promise.all(commands.map(async (entry) => ({ entry, command: await entry.load() })));
  const top: Place = {
    path: '',
    words: [...loaded.map(({ entry }) => ({ word: entry.name, summary: entry.summary })), ...optionWords(GLOBAL_OPTIONS)],
  };
  return [top, ...loaded.flatMap(({ entry, command }) => placesUnder(entry.name, command))];
}

function placesUnder(path: string, command: Command): Place[] {
  const subcommands = command.subcommands ?? [];
  const words = [
    ...subcommands.map(({ name, summary }) => ({ word: name, summary })),
    ...optionWords(command.options ?? []),
    ...optionWords(GLOBAL_OPTIONS),
  ];
  const own = words.filter(({ word }, index) => words.findIndex((other) => other.word === word) === index);
  return [{ path, words: own }, ...subcommands.flatMap((subcommand) => placesUnder(`${path} ${subcommand.name}`, subcommand))];
}

function optionWords(options: readonly OptionSpec[]): Word[] {
  return options.flatMap(({ flags, description }) => (flags.match(/--[\w-]+/g) ?? []).map((word) => ({ word, summary: description })));
}

const identifier = (program: string): string => program.replaceAll(/\W/g, '_');
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The place is found by walking the words before the cursor; files complete where nothing else does. */
function bash(program: string, places: readonly Place[]): string {
  const name = `_${identifier(program)}`;
  return `# ${program} completion bash > ~/.local/share/bash-completion/completions/${program}
${name}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" path="" word next
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next="\${path:+$path }$word"
    case "$next" in
${places.flatMap(({ path }) => (path === '' ? [] : [`      ${quoted(path)}) path="$next" ;;`])).join('\n')}
    esac
  done
  local words=""
  case "$path" in
${places.map(({ path, words }) => `    ${quoted(path)}) words=${quoted(words.map(({ word }) => word).join(' '))} ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F ${name} ${program}
`;
}

function zsh(program: string, places: readonly Place[]): string {
  const name = `_${identifier(program)}`;
  const described = ({ word, summary }: Word): string => quoted(`${word}:${summary.replaceAll(':', ' ')}`);
  return `#compdef ${program}
# ${program} completion zsh > "\${fpath[1]}/_${program}"
${name}() {
  local path_="" word next
  local -a words_
  for word in "\${words[@]:1:$((CURRENT-2))}"; do
    next="\${path_:+$path_ }$word"
    case "$next" in
${places.flatMap(({ path }) => (path === '' ? [] : [`      ${quoted(path)}) path_="$next" ;;`])).join('\n')}
    esac
  done
  case "$path_" in
${places.map(({ path, words }) => `    ${quoted(path)}) words_=(${words.map(described).join(' ')}) ;;`).join('\n')}
  esac
  _describe '${program}' words_ || _files
}
compdef ${name} ${program}
`;
}

function fish(program: string, places: readonly Place[]): string {
  const lines = places.flatMap(({ path, words }) => {
    const inside = path.split(' ').filter((word) => word !== '');
    const deeper = places.flatMap((place) => {
      const rest = path === '' ? place.path : place.path.startsWith(`${path} `) ? place.path.slice(path.length + 1) : '';
      return rest === '' || rest.includes(' ') ? [] : [rest];
    });
    const conditions = [
      ...inside.map((word) => `__fish_seen_subcommand_from ${word}`),
      ...(deeper.length > 0 ? [`not __fish_seen_subcommand_from ${deeper.join(' ')}`] : []),
    ].join('; and ');
    return words.map(({ word, summary }) => {
      const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${word}`;
      return `complete -c ${program}${conditions === '' ? '' : ` -n ${quoted(conditions)}`} ${what} -d ${quoted(summary)}`;
    });
  });
  return `# ${program} completion fish > ~/.config/fish/completions/${program}.fish\n${lines.join('\n')}\n`;
}
