/** Exec and attach once the channels stand: run, then say how it ended. Source: apimachinery's remotecommand, protocol v4. */
import { messageOf } from '../../../base/index.ts';
import type { CommandChannels } from './command-channels.ts';
import type { CommandIo, ContainerTarget, PodAccess } from './types.ts';

/** What the client asked for in the query. */
export interface SessionRequest {
  readonly target: ContainerTarget;
  /** Undefined: attach. */
  readonly command: readonly string[] | undefined;
  readonly wants: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean; readonly tty: boolean };
}

export async function runSession(access: PodAccess, { target, command, wants }: SessionRequest, channels: CommandChannels): Promise<void> {
  const io: CommandIo = {
    stdin: wants.stdin ? channels.stdin : undefined,
    tty: wants.tty,
    write: (stream, data) => {
      // A terminal has one output.
      const channel = wants.tty ? 'stdout' : stream;
      if (wants[channel]) channels.write(channel, data);
    },
    signal: channels.signal,
  };
  channels.write('error', JSON.stringify(await outcome(access, target, command, io)));
  channels.close();
}

async function outcome(access: PodAccess, target: ContainerTarget, command: readonly string[] | undefined, io: CommandIo): Promise<object> {
  try {
    const code = command === undefined ? await access.attach(target, io) : await access.exec(target, command, io);
    return code === undefined || code === 0 ? { metadata: {}, status: 'Success' } : failed(code);
  } catch (error) {
    const message = `error ${command === undefined ? 'attaching to container' : 'executing command in container'}: ${messageOf(error)}`;
    const details = { causes: [{ message }] };
    return { metadata: {}, status: 'Failure', message: `Internal error occurred: ${message}`, reason: 'InternalError', details, code: 500 };
  }
}

const failed = (code: number): object => ({
  metadata: {},
  status: 'Failure',
  message: `command terminated with non-zero exit code: exit status ${code}`,
  reason: 'NonZeroExitCode',
  details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
});
