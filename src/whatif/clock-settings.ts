import type { ClockSettings } from './types.ts';

const RECENT: ClockSettings = {
  nodeMonitorGracePeriodMs: 50_000,
  nodeMonitorPeriodMs: 5_000,
  heartbeatPeriodMs: 10_000,
  defaultTolerationMs: 300_000,
  noExecuteDelayMs: 100,
  imageMs: 5_000,
  readinessMs: 5_000,
};

/**
 * The settings of a control plane that nobody changed. An unknown version counts as recent.
 *
 * Source: kube-controller-manager's flags (node-monitor-grace-period is 40 s before 1.32) and failures measured on 1.36.2 and
 * 1.20.2 (there the NoExecute taint came one monitor pass after NotReady).
 */
export function clockSettingsFor(serverVersion: string | undefined, overrides: Partial<ClockSettings> = {}): ClockSettings {
  const [, major = '1', minor = '99'] = /^v?(\d+)\.(\d+)/.exec(serverVersion ?? '') ?? [];
  const isBefore = (release: number): boolean => Number(major) === 1 && Number(minor) < release;
  return {
    ...RECENT,
    ...(isBefore(32) ? { nodeMonitorGracePeriodMs: 40_000 } : {}),
    ...(isBefore(21) ? { noExecuteDelayMs: RECENT.nodeMonitorPeriodMs } : {}),
    ...overrides,
  };
}
