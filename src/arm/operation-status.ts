import type { ArmError } from './arm-error.ts';

/** What `Azure-AsyncOperation` answers. Source: Azure documentation, "Track asynchronous Azure operations". */
export interface OperationStatus {
  readonly name: string;
  readonly status: 'InProgress' | 'Succeeded' | 'Failed' | 'Canceled';
  readonly startTime: string;
  readonly endTime?: string;
  readonly error?: ArmError;
}
