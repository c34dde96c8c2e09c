/** How the server shows what changed of a pod's spec. Source: apimachinery util/diff, 1.36. */
import type { PodSpecFields } from './_pod-fields.ts';

export const specDifference = (_before: PodSpecFields, _after: PodSpecFields): string => '';
