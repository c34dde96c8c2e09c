/** The official Azure SDKs are users of the lab's Azure: what they accept is what the lab may call Azure. */
import { ComputeManagementClient } from '@azure/arm-compute';
import { ContainerServiceClient } from '@azure/arm-containerservice';
import { ClientSecretCredential } from '@azure/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layout, type ServedAzure, serveLabAzure } from './azure-lab.ts';

const group = layout.nodeResourceGroup;
const scaleSet = 'aks-nodepool1-36421985-vmss';

let served: ServedAzure;
let compute: ComputeManagementClient;
let aks: ContainerServiceClient;

const credentialWith = (secret: string): ClientSecretCredential =>
  new ClientSecretCredential(layout.tenantId, layout.clientId, secret, {
    authorityHost: served.url,
    disableInstanceDiscovery: true,
    tlsOptions: { ca: served.ca },
    retryOptions: { maxRetries: 0 },
  });

beforeAll(async () => {
  served = await serveLabAzure();
  const options = {
    endpoint: served.url,
    tlsOptions: { ca: served.ca },
    credentials: { scopes: [`${served.url}/.default`] },
    retryOptions: { maxRetries: 0 },
  };
  compute = new ComputeManagementClient(credentialWith(layout.clientSecret), layout.subscriptionId, options);
  aks = new ContainerServiceClient(credentialWith(layout.clientSecret), layout.subscriptionId, options);
});
afterAll(() => served.stop());

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const powerOf = async (instanceId: string): Promise<string | undefined> => {
  const view = await compute.virtualMachineScaleSetVMs.getInstanceView(group, scaleSet, instanceId);
  return view.statuses?.find((status) => status.code?.startsWith('PowerState/'))?.code;
};

describe('@azure/arm-compute', () => {
  it('lists and gets scale sets', async () => {
    expect((await collect(compute.virtualMachineScaleSets.list(group))).map(({ name }) => name)).toEqual([scaleSet]);
    expect((await collect(compute.virtualMachineScaleSets.listAll())).map(({ name }) => name)).toEqual([scaleSet]);
    expect(await compute.virtualMachineScaleSets.get(group, scaleSet)).toMatchObject({ sku: { capacity: 3 }, zones: ['1', '2', '3'] });
    const view = await compute.virtualMachineScaleSets.getInstanceView(group, scaleSet);
    expect(view.virtualMachine?.statusesSummary).toContainEqual({ code: 'PowerState/running', count: 3 });
  });

  it('lists and gets instances with the names of their nodes', async () => {
    const instances = await collect(compute.virtualMachineScaleSetVMs.list(group, scaleSet));
    expect(instances.map(({ instanceId }) => instanceId)).toEqual(['0', '9', '10']);
    const one = await compute.virtualMachineScaleSetVMs.get(group, scaleSet, '10', { expand: 'instanceView' });
    expect(one.osProfile?.computerName).toBe('aks-nodepool1-36421985-vmss00000a');
    expect(one.instanceView?.statuses?.map(({ code }) => code)).toContain('PowerState/running');
  });

  it('powers an instance off and starts it again, waiting for each operation to end', async () => {
    const changes: string[] = [];
    const cancel = served.azure.onPower((instance, change) => changes.push(`${instance.instanceId} ${change}`));
    await compute.virtualMachineScaleSetVMs.powerOff(group, scaleSet, '9', { updateIntervalInMs: 50 });
    expect(await powerOf('9')).toBe('PowerState/stopped');
    await compute.virtualMachineScaleSetVMs.start(group, scaleSet, '9', { updateIntervalInMs: 50 });
    expect(await powerOf('9')).toBe('PowerState/running');
    cancel();
    expect(changes).toEqual(['9 down', '9 up']);
  });

  it('deallocates two instances of the set at once, and starts all', async () => {
    await compute.virtualMachineScaleSets.deallocate(group, scaleSet, {
      updateIntervalInMs: 50,
      vmInstanceIDs: { instanceIds: ['0', '10'] },
    });
    expect([await powerOf('0'), await powerOf('9'), await powerOf('10')]).toEqual([
      'PowerState/deallocated',
      'PowerState/running',
      'PowerState/deallocated',
    ]);
    await compute.virtualMachineScaleSets.start(group, scaleSet, { updateIntervalInMs: 50 });
    expect([await powerOf('0'), await powerOf('10')]).toEqual(['PowerState/running', 'PowerState/running']);
  });

  it('restarts an instance: it goes down and comes up', async () => {
    const changes: string[] = [];
    const cancel = served.azure.onPower((instance, change) => changes.push(`${instance.instanceId} ${change}`));
    await compute.virtualMachineScaleSetVMs.restart(group, scaleSet, '0', { updateIntervalInMs: 50 });
    cancel();
    expect(changes).toEqual(['0 down', '0 up']);
  });

  it('is told of an unknown instance in the words of Azure', async () => {
    await expect(compute.virtualMachineScaleSetVMs.get(group, scaleSet, '77')).rejects.toThrow(/instanceId 77 is not an active/);
  });

  it('is refused while another operation on the instance is under way', async () => {
    const first = compute.virtualMachineScaleSetVMs.powerOff(group, scaleSet, '0', { updateIntervalInMs: 50 });
    await first.submitted();
    const second = compute.virtualMachineScaleSetVMs.start(group, scaleSet, '0');
    await expect(second.submitted()).rejects.toMatchObject({ statusCode: 409 });
    await first;
    await compute.virtualMachineScaleSetVMs.start(group, scaleSet, '0', { updateIntervalInMs: 50 });
  });

  it('sees an operation fail when it fails', async () => {
    served.azure.failNext('powerOff', `${scaleSet}_0`, {
      code: 'InternalExecutionError',
      message: 'An internal execution error occurred.',
    });
    await expect(compute.virtualMachineScaleSetVMs.powerOff(group, scaleSet, '0', { updateIntervalInMs: 50 })).rejects.toThrow(
      /internal execution error/i,
    );
    expect(await powerOf('0')).toBe('PowerState/running');
  });

  it('answers 501 with the name of what the lab lacks', async () => {
    await expect(compute.virtualMachineScaleSetVMs.simulateEviction(group, scaleSet, '0')).rejects.toThrow(
      /no operation POST .*simulateEviction/,
    );
  });
});

describe('@azure/arm-containerservice', () => {
  it('gets and lists the cluster with its node resource group and pools', async () => {
    const cluster = await aks.managedClusters.get(layout.resourceGroup, layout.clusterName);
    expect(cluster.nodeResourceGroup).toBe(group);
    expect(cluster.agentPoolProfiles?.map(({ name, count }) => [name, count])).toEqual([['nodepool1', 3]]);
    expect((await collect(aks.managedClusters.list())).map(({ name }) => name)).toEqual(['aks-shop']);
    expect((await collect(aks.agentPools.list(layout.resourceGroup, layout.clusterName))).map(({ name }) => name)).toEqual(['nodepool1']);
  });
});

describe('@azure/identity', () => {
  it('is refused with a wrong secret as Entra refuses it', async () => {
    await expect(credentialWith('wrong').getToken(`${served.url}/.default`)).rejects.toThrow(/AADSTS7000215/);
  });

  it('does not reach an authority whose certificate is not trusted', async () => {
    const credential = new ClientSecretCredential(layout.tenantId, layout.clientId, layout.clientSecret, {
      authorityHost: served.url,
      disableInstanceDiscovery: true,
      retryOptions: { maxRetries: 0 },
    });
    await expect(credential.getToken(`${served.url}/.default`)).rejects.toThrow();
  });
});
