/** The Chaos Toolkit's command line as a program of its own, for the recorded cases. */
import { createRealClock } from '../../../src/base/index.ts';
import { chaosMain } from '../../../src/cli/chaos/index.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const;

process.exitCode = await chaosMain(process.argv.slice(2), {
  env: process.env,
  get cwd() {
    return process.cwd();
  },
  clock: createRealClock(),
  stateFolder: `${process.env['HOME'] ?? '.'}/.evenkeel`,
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  lines: async function* () {},
  onSignal(handle) {
    const handlers = SIGNALS.map((signal) => [signal, (): void => handle(signal)] as const);
    for (const [signal, handler] of handlers) process.on(signal, handler);
    return () => {
      for (const [signal, handler] of handlers) process.off(signal, handler);
    };
  },
  changeFolder: (path) => process.chdir(path),
  drivers: () => Promise.resolve({ activities: [], undos: [] }),
});
process.exit();
