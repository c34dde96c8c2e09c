/** A served Azure of the lab with three instances, on a certificate of its own, for contract tests. */
import { generate } from 'selfsigned';
import { createRandom, createScaledClock, type Clock, silentLogger } from '../../src/base/index.ts';
import { type AzureTimings, createLabAzure, type LabAzure, type LabAzureLayout } from '../../src/lab/arm-api/index.ts';

export const layout: LabAzureLayout = {
  subscriptionId: '0b1f6471-1bf0-4dda-aec3-cb9272f09590',
  tenantId: '4e5bd2a0-93a6-4a4c-9ad5-1f6a3a1c0b11',
  clientId: '7f6f0c1c-8f0e-4c2a-9d5e-0d6a4f1e2c33',
  clientSecret: 'a-secret-of-the-test',
  location: 'westeurope',
  resourceGroup: 'rg-shop',
  clusterName: 'aks-shop',
  nodeResourceGroup: 'MC_rg-shop_aks-shop_westeurope',
  kubernetesVersion: '1.36.2',
  pools: [
    {
      name: 'nodepool1',
      scaleSet: 'aks-nodepool1-36421985-vmss',
      vmSize: 'Standard_D2s_v3',
      instances: [
        { instanceId: '0', nodeName: 'aks-nodepool1-36421985-vmss000000', zone: '1' },
        { instanceId: '9', nodeName: 'aks-nodepool1-36421985-vmss000009', zone: '2' },
        { instanceId: '10', nodeName: 'aks-nodepool1-36421985-vmss00000a', zone: '3' },
      ],
    },
  ],
};

export interface ServedAzure {
  readonly azure: LabAzure;
  readonly url: string;
  readonly ca: string;
  readonly clock: Clock;
  stop(): Promise<void>;
}

const timings: AzureTimings = {
  powerOffMs: [20_000, 30_000],
  deallocateMs: [20_000, 30_000],
  startMs: [10_000, 20_000],
  restartMs: [20_000, 30_000],
  deleteMs: [20_000, 30_000],
};

/** Lab time runs 200 times as fast, so that an operation of half a minute takes a seventh of a second. */
export async function serveLabAzure(): Promise<ServedAzure> {
  const clock = createScaledClock({ speed: 200, originMs: Date.now(), wallOriginMs: Date.now() });
  const azure = createLabAzure({ clock, random: createRandom('contract'), layout, timings, log: silentLogger });
  const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
  const server = await azure.serve({ port: 0, key, cert });
  return { azure, url: server.url, ca: cert, clock, stop: () => server.stop() };
}
