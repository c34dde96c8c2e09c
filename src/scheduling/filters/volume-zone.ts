import { claimsOf, isBound, volumeOf } from '../claims.ts';
import { unresolvable, type FilterPlugin } from './_shared.ts';

const NAME = 'VolumeZone';
const REFUSAL = unresolvable(NAME, 'node(s) had no available volume zone');
/** Today's labels and those of old, which stand for each other. */
const TWINS: Readonly<Record<string, string>> = {
  'topology.kubernetes.io/zone': 'failure-domain.beta.kubernetes.io/zone',
  'topology.kubernetes.io/region': 'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
};

/** Volumes that say their zone or region in labels are used there only. Several zones are joined by two underscores. */
export const volumeZone: FilterPlugin = {
  name: NAME,
  summary: "keeps pods in the zones of their volumes' labels",
  prepare: (table, pod) => {
    const volumes = claimsOf(table, pod)
      .filter(isBound)
      .flatMap(({ spec }) => volumeOf(table, spec?.volumeName ?? '') ?? []);
    const wanted = volumes.flatMap(({ metadata }) =>
      Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => (key in TWINS ? [{ key, values: value.split('__') }] : [])),
    );
    if (wanted.length === 0) return undefined;
    return {
      check: (node) => {
        const { labels } = table.node(node);
        if (!Object.keys(TWINS).some((key) => key in labels)) return undefined;
        const meets = wanted.every(({ key, values }) => values.includes(labels[key] ?? labels[TWINS[key] ?? ''] ?? ''));
        return meets ? undefined : REFUSAL;
      },
    };
  },
};
