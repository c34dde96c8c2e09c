import type { Pod } from '../src/kubernetes/index.ts';

type Labels = Record<string, string>;
/** What a pod with these labels asks of where its like stand. */
export type Rules = (labels: Labels) => Partial<NonNullable<Pod['spec']>>;

const topology = (topologyKey: string, matchLabels: Labels) => ({ topologyKey, labelSelector: { matchLabels } });

/** Rules that placement is measured with, each beside the plain case. */
export const RULES: Readonly<Record<string, Rules>> = {
  plain: () => ({}),
  'topology spread': (labels) => ({
    topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((key) => ({
      maxSkew: 1,
      whenUnsatisfiable: 'DoNotSchedule',
      ...topology(key, labels),
    })),
  }),
  'anti-affinity': (labels) => ({
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [topology('kubernetes.io/hostname', labels)] } },
  }),
};
