import type { Node } from '../kubernetes/index.ts';
import type { LabAzureLayout } from './arm-api/index.ts';

type Pool = LabAzureLayout['pools'][number];
type Instance = Pool['instances'][number];

const POOL_LABELS = ['kubernetes.azure.com/agentpool', 'agentpool', 'cloud.google.com/gke-nodepool', 'eks.amazonaws.com/nodegroup'];
const ZONE_LABELS = ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'];
const TYPE_LABEL = 'node.kubernetes.io/instance-type';

/**
 * Node pools for the nodes of a cluster that runs elsewhere: each node is an instance of a scale set, so that it can be stopped.
 * Scale set and instance are those of its provider id where it has such, else made up from its pool's name and its place.
 */
export function twinPools(nodes: readonly Node[]): Pool[] {
  const zones = [...new Set(nodes.flatMap((node) => zoneOf(node) ?? []))].sort();
  const pools = new Map<string, { name: string; scaleSet: string; vmSize: string; instances: Instance[] }>();
  for (const node of nodes) {
    const name = labelOf(node, POOL_LABELS) ?? 'nodepool1';
    const { scaleSet, instanceId } = machineOf(node) ?? { scaleSet: `aks-${name}-twin-vmss`, instanceId: undefined };
    const pool = pools.get(scaleSet) ?? { name, scaleSet, vmSize: node.metadata.labels?.[TYPE_LABEL] ?? 'Standard_D2s_v3', instances: [] };
    const taken = new Set(pool.instances.map((instance) => instance.instanceId));
    pool.instances.push({
      instanceId: instanceId !== undefined && !taken.has(instanceId) ? instanceId : firstFree(taken),
      nodeName: node.metadata.name,
      zone: azureZone(zoneOf(node), zones),
    });
    pools.set(scaleSet, pool);
  }
  return [...pools.values()];
}

function machineOf({ spec }: Node): { readonly scaleSet: string; readonly instanceId: string } | undefined {
  const found = /\/virtualMachineScaleSets\/([^/]+)\/virtualMachines\/(\d+)$/i.exec(spec?.providerID ?? '');
  return found?.[1] === undefined || found[2] === undefined ? undefined : { scaleSet: found[1], instanceId: found[2] };
}

const labelOf = ({ metadata }: Node, names: readonly string[]): string | undefined =>
  names.map((name) => metadata.labels?.[name]).find((value) => value !== undefined && value !== '');

/** AKS gives nodes outside zones the label `0`. */
function zoneOf(node: Node): string | undefined {
  const zone = labelOf(node, ZONE_LABELS);
  return zone === '0' ? undefined : zone;
}

/** Azure numbers its zones: `westeurope-2` is zone 2; zones of other clouds count in the order of their names. */
function azureZone(zone: string | undefined, zones: readonly string[]): string | undefined {
  if (zone === undefined) return undefined;
  return /-(\d)$/.exec(zone)?.[1] ?? String(zones.indexOf(zone) + 1);
}

function firstFree(taken: ReadonlySet<string>): string {
  let id = 0;
  while (taken.has(String(id))) id++;
  return String(id);
}
