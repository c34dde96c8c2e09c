import type { CSINode } from '../kubernetes/index.ts';

/** What a machine of a size can have attached. Source: Azure's tables of virtual machine sizes, "Max data disks". */
const MOST_DISKS: Readonly<Record<string, number>> = {
  Standard_B2s: 4,
  Standard_B2ms: 4,
  Standard_B4ms: 8,
  Standard_DS2_v2: 8,
  Standard_DS3_v2: 16,
  Standard_DS4_v2: 32,
};
/** Two for each processor: what the sizes of the D and E families from v3 on have. */
const PER_CPU = 2;

/** What the disk and file drivers on a node say of themselves; the scheduler heeds how many disks fit. */
export const csiNode = (name: string, size: { readonly vmSize: string; readonly cpus: number }): CSINode => ({
  metadata: { name },
  spec: {
    drivers: [
      {
        name: 'disk.csi.azure.com',
        nodeID: name,
        topologyKeys: ['topology.disk.csi.azure.com/zone', 'topology.kubernetes.io/zone'],
        allocatable: { count: MOST_DISKS[size.vmSize] ?? Math.max(1, Math.floor(size.cpus)) * PER_CPU },
      },
      { name: 'file.csi.azure.com', nodeID: name },
    ],
  },
});
