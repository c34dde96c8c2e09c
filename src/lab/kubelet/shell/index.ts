export { containerFiles, dnsAddress } from './container-files.ts';
export { lookUp } from './look-up.ts';
export { knowsCommand, runCommand } from './run-command.ts';
