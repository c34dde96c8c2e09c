/** A container's process that is a command of the lab's shell. */
import { messageOf } from '../../base/index.ts';
import type { Container, Pod } from '../../kubernetes/index.ts';
import { Console } from './console.ts';
import { commandOf } from './container-command.ts';
import { insideOf } from './inside-of.ts';
import type { ProgramRoom } from './pod-worker.ts';
import { runCommand } from './shell/index.ts';
import type { Program } from './types.ts';

/** Undefined for containers that run something else. The container ends with the command's exit code. */
export function commandProgram(room: ProgramRoom, pod: Pod, container: Container): Program | undefined {
  const command = commandOf(pod, container);
  if (command === undefined) return undefined;
  const target = { namespace: pod.metadata.namespace ?? 'default', pod: pod.metadata.name, container: container.name };
  return {
    startUpMs: 0,
    start(context) {
      const { stdin = false, stdinOnce = false, tty = false } = container;
      const process = new Console({ stdin, stdinOnce, tty, onLine: (line) => room.logs.write(target, line) });
      room.consoles.set(target, process);
      const run = async (): Promise<number> => {
        try {
          return await runCommand(insideOf(room, pod, container.name), command, process.io);
        } catch (error) {
          process.io.write('stderr', `${messageOf(error)}\n`);
          return 127;
        }
      };
      const begin = async (): Promise<void> => {
        const code = await run();
        process.end();
        context.exit(code);
      };
      void begin();
      const stop = (): Promise<void> => {
        process.end();
        return Promise.resolve();
      };
      return Promise.resolve({ stop });
    },
  };
}
