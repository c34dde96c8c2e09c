export { containerFiles } from './container-files.ts';
export { knowsCommand, runCommand } from './run-command.ts';
