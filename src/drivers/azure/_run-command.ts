/** Faults inside a machine: a script sent with Azure's run command, which ends by itself. */
import { z } from 'zod';
import { EvenkeelError } from '../../base/index.ts';
import type { AzureContext } from './_activity.ts';
import { API } from './_api-versions.ts';
import type { ArmOperationInProgress } from '../../clients/index.ts';
import { SCRIPTS, type ScriptName } from './_scripts.ts';

export const durationParameter = (seconds: number) =>
  z.number().positive().default(seconds).describe('How long the fault lasts, in seconds.');
export const timeoutParameter = z.number().nonnegative().default(60).describe('Seconds on top of the duration before the action fails.');

export interface InsideFault {
  readonly script: ScriptName;
  readonly duration: number;
  readonly timeout: number;
  /** By operating system, since paths differ. */
  readonly parameters: (os: 'linux' | 'windows') => Readonly<Record<string, string | number>>;
}

export interface Machine {
  readonly path: string;
  readonly name: string;
  readonly osType: string | undefined;
}

const UNFINISHED = 'Operation did not finish properly. You may consider increasing timeout setting.';

/** Sends the script; resolves once Azure has accepted it. Errors: `UNSUPPORTED` for an operating system without such a script. */
export async function beginInside(machine: Machine, fault: InsideFault, { arm, signal }: AzureContext): Promise<ArmOperationInProgress> {
  const os = machine.osType?.toLowerCase() === 'windows' ? 'windows' : 'linux';
  const text = SCRIPTS[fault.script][os];
  if (text === undefined) {
    throw new EvenkeelError('UNSUPPORTED', `'${fault.script}' is not supported for os '${os}'`, { blame: 'input' });
  }
  const parameters = Object.entries(fault.parameters(os)).map(([name, value]) => ({ name, value: String(value) }));
  const body = { commandId: os === 'windows' ? 'RunPowerShellScript' : 'RunShellScript', script: [text], parameters };
  const limitMs = (fault.duration + fault.timeout) * 1000;
  const operation = await arm.beginOperation('POST', `${machine.path}/runCommand`, { apiVersion: API.compute, body, limitMs, signal });
  return { finished: () => checked(operation, machine) };
}

const resultShape = z.looseObject({
  value: z
    .array(z.looseObject({ code: z.string().optional(), displayStatus: z.string().optional(), message: z.string().optional() }))
    .default([]),
});

async function checked(operation: ArmOperationInProgress, machine: Machine): Promise<unknown> {
  const result = await operation.finished().catch((thrown: unknown) => {
    if (!(thrown instanceof EvenkeelError) || thrown.code !== 'TIMED_OUT') throw thrown;
    throw new EvenkeelError('TIMED_OUT', UNFINISHED, { blame: 'target', cause: thrown });
  });
  const parsed = resultShape.safeParse(result);
  const value = parsed.success ? parsed.data.value : [];
  if (value.length === 0) throw new EvenkeelError('TARGET_FAILED', UNFINISHED, { blame: 'target' });
  const failed = value.find(({ code }) => code?.toLowerCase().includes('/failed'));
  if (failed !== undefined) {
    throw new EvenkeelError(
      'TARGET_FAILED',
      `the script failed on ${machine.name}: ${failed.message ?? failed.displayStatus ?? failed.code}`,
      { blame: 'target' },
    );
  }
  return result;
}
