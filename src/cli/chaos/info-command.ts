import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { version } from '../version.ts';
import type { Session } from './run-command.ts';

/** `chaos info core|settings|extensions`. */
export function infoCommand(program: Command, session: () => Session, answer: (code: number) => void): void {
  program
    .command('info')
    .description('show versions or settings')
    .argument('<target>', 'core, settings or extensions')
    .action((target: string) => {
      const { io, settingsFile } = session();
      switch (target) {
        case 'core':
          io.stdout(
            `NAME                VERSION   \nCLI                 1.19.0    \nCore library        1.45.0    \nevenkeel            ${version}\n`,
          );
          return;
        case 'settings':
          try {
            io.stdout(readFileSync(settingsFile, 'utf8'));
          } catch {
            io.stdout(`No settings file at ${settingsFile}\n`);
          }
          return;
        case 'extensions':
          io.stdout('chaosazure and chaosk8s are part of evenkeel; others are taken from the installed python3.\n');
          return;
        default:
          io.stderr(`Error: Invalid value for 'TARGET': '${target}' is not one of 'core', 'settings', 'extensions'.\n`);
          answer(2);
      }
    });
}
