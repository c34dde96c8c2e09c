export { containerFiles } from './container-files.ts';
export { runCommand } from './run-command.ts';
