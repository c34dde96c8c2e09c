import type { Random } from '../base/index.ts';
import type { LabAzureLayout } from './arm-api/index.ts';

/** The Kubernetes that the lab plays. */
export const KUBERNETES_VERSION = '1.36.2';

const SCALE_SET = 'aks-nodepool1-36421985-vmss';

/** The workshop's cluster on Azure: three instances, 0, 9 and 10, whose computer names count in base 36. */
export function workshopLayout(random: Random, clientSecret: string): LabAzureLayout {
  const ids = random.fork('layout');
  const instance = (id: number, zone: string) => ({
    instanceId: String(id),
    nodeName: `${SCALE_SET}${id.toString(36).padStart(6, '0')}`,
    zone,
  });
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
    pools: [
      {
        name: 'nodepool1',
        scaleSet: SCALE_SET,
        vmSize: 'Standard_DS2_v2',
        instances: [instance(0, '1'), instance(9, '2'), instance(10, '3')],
      },
    ],
  };
}

function guid(random: Random): string {
  const hex = Array.from({ length: 32 }, () => random.integer(16).toString(16));
  hex[12] = '4';
  hex[16] = (8 + random.integer(4)).toString(16);
  return [8, 4, 4, 4, 12].map((length) => hex.splice(0, length).join('')).join('-');
}
