/** How the server shows what changed of a pod's spec: both printed, and compared line by line. Source: apimachinery util/diff, 1.36. */
import { unifiedDiff } from './_unified-diff.ts';
import { goValue } from './_go-value.ts';
import type { PodSpecFields } from './_pod-fields.ts';

/** Inside, what concerns the host is part of the security context. */
const MOVED = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers'] as const;

function printed(spec: PodSpecFields): string[] {
  const moved = Object.fromEntries(MOVED.map((key) => [key, spec[key]]));
  const text = JSON.stringify(goValue('PodSpec', { ...spec, securityContext: { ...spec.securityContext, ...moved } }), undefined, 1);
  return text.split('\n');
}

/** The changed lines with three around them. */
export const specDifference = (before: PodSpecFields, after: PodSpecFields): string => unifiedDiff(printed(before), printed(after));
