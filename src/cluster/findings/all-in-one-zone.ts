import { longLived, podsPerNode } from './_shared.ts';
import type { FindingRule } from './_shared.ts';

export const allInOneZone: FindingRule = {
  name: 'all-in-one-zone',
  summary: 'All replicas of a workload sit in one zone although the cluster has several.',
  find: ({ model, workloads }) => {
    if (model.zones.length < 2) return [];
    const zoneOf = new Map(model.nodes.map(({ name, zone }) => [name, zone]));
    return longLived(workloads).flatMap((workload) => {
      const nodes = [...podsPerNode(workload).keys()];
      const [zone, ...others] = new Set(nodes.map((node) => zoneOf.get(node)));
      // One node alone is another finding.
      if (nodes.length < 2 || zone === undefined || others.length > 0) return [];
      const message = `${workload.name}: all replicas in zone ${zone}`;
      return [{ rule: 'all-in-one-zone', severity: 'medium', subject: workload.id, message }];
    });
  },
};
