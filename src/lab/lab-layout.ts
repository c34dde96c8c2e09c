import type { Random } from '../base/index.ts';
import type { LabAzureLayout } from './arm-api/index.ts';

/** The Kubernetes that the lab plays. */
const KUBERNETES_VERSION = '1.36.2';

const SCALE_SET = 'aks-nodepool1-36421985-vmss';
const ZONES = 3;

type Pool = LabAzureLayout['pools'][number];

/** The lab's cluster on Azure: a subscription, a node resource group `MC_…`, and these node pools. */
export function labLayout(random: Random, clientSecret: string, pools: readonly Pool[]): LabAzureLayout {
  const ids = random.fork('layout');
  return {
    subscriptionId: guid(ids),
    tenantId: guid(ids),
    clientId: guid(ids),
    clientSecret,
    location: 'westeurope',
    resourceGroup: 'rg-shop',
    clusterName: 'aks-shop',
    nodeResourceGroup: 'MC_rg-shop_aks-shop_westeurope',
    kubernetesVersion: KUBERNETES_VERSION,
    pools,
  };
}

/** The workshop's pool: three instances, 0, 9 and 10, whose computer names count in base 36. */
export const workshopPool = (): Pool => poolOf([0, 9, 10]);

/** A pool of instances 0, 1, 2, … over three zones. */
export const numberedPool = (count: number): Pool => poolOf(Array.from({ length: count }, (_, id) => id));

const poolOf = (ids: readonly number[]): Pool => ({
  name: 'nodepool1',
  scaleSet: SCALE_SET,
  vmSize: 'Standard_DS2_v2',
  instances: ids.map((id, index) => ({
    instanceId: String(id),
    nodeName: `${SCALE_SET}${id.toString(36).padStart(6, '0')}`,
    zone: String((index % ZONES) + 1),
  })),
});

function guid(random: Random): string {
  const hex = Array.from({ length: 32 }, () => random.integer(16).toString(16));
  hex[12] = '4';
  hex[16] = (8 + random.integer(4)).toString(16);
  return [8, 4, 4, 4, 12].map((length) => hex.splice(0, length).join('')).join('-');
}
