/** What an operation of the lab's Azure is: a method, a path with `{names}`, and a handler on plain values. */
import type { ArmError } from '../../arm/index.ts';
import type { Random } from '../../base/index.ts';
import type { Fleet } from './_fleet.ts';
import type { OperationLog } from './_operations.ts';
import type { LabAzureLayout } from './types.ts';

export interface ArmCall {
  readonly method: string;
  /** `https://127.0.0.1:1234`, as the caller wrote it, for links in answers. */
  readonly origin: string;
  readonly path: string;
  /** The `{names}` of the path, decoded. */
  readonly names: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Parsed JSON, or undefined without a body. */
  readonly body: unknown;
  readonly apiVersion: string;
}

export interface ArmReply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the handlers work on. */
export interface AzureState {
  readonly layout: LabAzureLayout;
  readonly fleet: Fleet;
  readonly operations: OperationLog;
  readonly random: Random;
  /** A number that grows with every call, to fork chance by. */
  count(): number;
}

/** One operation of Azure Resource Manager; named as in Azure's own REST specifications. */
export interface ArmOperation {
  /** `VirtualMachineScaleSetVMs_PowerOff`. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Letters of the fixed parts may come in any case. */
  readonly path: string;
  /** The action that a role must allow, for documentation and for matching with the driver's needs. */
  readonly permission: string;
  handle(call: ArmCall, state: AzureState): ArmReply;
}

/** A refusal in ARM's own form; thrown by handlers, answered by the server. */
export class ArmRefusal extends Error {
  override readonly name = 'ArmRefusal';
  readonly status: number;
  readonly error: ArmError;
  constructor(status: number, error: ArmError) {
    super(`${error.code}: ${error.message}`);
    this.status = status;
    this.error = error;
  }
}

/** `{ value: [...] }`, the form of every list. */
export const listOf = (value: readonly unknown[]): ArmReply => ({ status: 200, body: { value } });

/** Refuses a name that the lab's subscription does not have, in ARM's words. */
export function resourceNotFound(type: string, name: string, resourceGroup: string): ArmRefusal {
  return new ArmRefusal(404, {
    code: 'ResourceNotFound',
    message: `The Resource '${type}/${name}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  });
}

/** Letters' case does not count in Azure's names. */
export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
