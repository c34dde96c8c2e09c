/** Puts the lab's rooms together: one cluster, one subscription, one application, all on loopback. */
import { randomBytes } from 'node:crypto';
import { describeClock } from '../base/index.ts';
import type { Cancel } from '../base/index.ts';
import { createLabAzure } from './arm-api/index.ts';
import type { LabAzure, LabAzureLayout } from './arm-api/index.ts';
import { createCertificates } from './certificates.ts';
import { CONTACTS_NAMESPACE, WORKSHOP_NODE_AGES_MS, WORKSHOP_POD_RANGES, seedContacts, startOutsideServices } from './contacts/index.ts';
import { startControllers, startScheduler } from './controllers/index.ts';
import type { MachineState } from './controllers/index.ts';
import { createLabApi, serveKubeApi } from './kube-api/index.ts';
import type { LabApi } from './kube-api/index.ts';
import { startKubelets } from './kubelet/index.ts';
import type { Kubelets } from './kubelet/index.ts';
import { createLabNetwork } from './network/index.ts';
import { streamPodLogs } from './pod-log-stream.ts';
import { programFor } from './program-for.ts';
import { seedNodes } from './seed-nodes.ts';
import type { LabNode } from './seed-nodes.ts';
import { settled } from './settled.ts';
import type { Lab, LabOptions } from './types.ts';
import { workshopLayout } from './workshop-layout.ts';
import { writeFiles } from './write-files.ts';
import type { LabFiles } from './write-files.ts';

/**
 * Starts a lab and resolves when everything in it answers: the workshop's cluster, with its application running for days already.
 *
 * Secrets are made anew at each start and stand in the files of `folder` alone. Errors: `ENVIRONMENT` when a port is taken or the folder
 * can not be written; whatever had started by then is stopped again.
 */
export async function startLab(options: LabOptions): Promise<Lab> {
  const stops: (() => void | Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of stops.splice(0).toReversed()) await step();
  };
  try {
    return { ...(await compose(options, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function compose(options: LabOptions, stops: (() => void | Promise<void>)[]): Promise<Omit<Lab, 'stop'>> {
  const { clock, random, log, folder, ports = {} } = options;
  const certificates = await createCertificates();
  const layout = workshopLayout(random, randomBytes(24).toString('base64url'));
  const api = createLabApi({ clock, random });
  const network = createLabNetwork({ api, clock, random, log });
  stops.push(() => network.stop());

  seedCluster(api, layout);
  stops.push(await startOutsideServices({ network, clock, random: random.fork('outside'), log }));
  const azure = createLabAzure({ clock, random, layout, log, ...(options.azureTimings && { timings: options.azureTimings }) });
  const controllers = startControllers(api, { log, machineState: (node) => machineState(azure, node) });
  const scheduler = startScheduler(api, { random: random.fork('scheduler'), log });
  const kubelets = startKubelets(api, { clock, random: random.fork('kubelets'), log, network, programFor });
  stops.push(() => kubelets.stop());
  stops.push(() => scheduler.stop());
  stops.push(() => controllers.stop());
  stops.push(connectPower(azure, kubelets));

  const token = randomBytes(24).toString('base64url');
  const { key, cert } = certificates;
  const kubernetes = await serveKubeApi(api, {
    port: ports.kubernetes ?? 0,
    key,
    cert,
    tokens: [{ token, user: 'clusterAdmin' }],
    logs: streamPodLogs(kubelets.logs, clock),
    log,
  });
  stops.push(() => kubernetes.stop());
  const arm = await azure.serve({ port: ports.azure ?? 0, key, cert });
  stops.push(() => arm.stop());
  const ingress = await network.startIngress(ports.ingress ?? 0);
  stops.push(() => ingress.stop());
  await settled(api, network, CONTACTS_NAMESPACE);

  const urls = { kubernetes: kubernetes.url, azure: arm.url, app: ingress.url };
  const access = { url: kubernetes.url, token, namespace: CONTACTS_NAMESPACE };
  const files = await writeFiles({ folder, ca: certificates.ca, layout, kubernetes: access, azureUrl: arm.url });
  return { api, azure, urls, env: environment(files, layout, urls.app, describeClock(clock)) };
}

/** Addresses as AKS deals them out: instances one after the other. */
function seedCluster(api: LabApi, layout: LabAzureLayout): void {
  const instances = layout.pools.flatMap((pool) => pool.instances);
  const nodes = instances.map(({ instanceId }, index): LabNode => ({
    instanceId,
    ip: `10.224.0.${4 + index}`,
    podRange: WORKSHOP_POD_RANGES[instanceId] ?? `10.244.${index}.0/24`,
    ageMs: WORKSHOP_NODE_AGES_MS[instanceId] ?? 0,
  }));
  seedNodes(api, layout, nodes);
  seedContacts(api, (instanceId) => ({
    name: instances.find((instance) => instance.instanceId === instanceId)?.nodeName ?? '',
    ip: nodes.find((node) => node.instanceId === instanceId)?.ip ?? '',
  }));
}

/** What a machine does its node does: without power both are dead. */
function connectPower(azure: LabAzure, kubelets: Kubelets): Cancel {
  return azure.onPower(({ nodeName }, change) => kubelets.setPower(nodeName, change === 'up' ? 'on' : 'off'));
}

/** What the cloud's node controller is told of the machine behind a node. */
function machineState(azure: LabAzure, node: string): MachineState {
  const instance = azure.instances().find(({ nodeName }) => nodeName === node);
  if (instance === undefined) return 'gone';
  return ['stopped', 'deallocated'].includes(instance.powerState) ? 'stopped' : 'running';
}

/** The variables that other programs find the lab by. No value is secret; the files that they name are. */
function environment(files: LabFiles, layout: LabAzureLayout, app: string, clock: string): Readonly<Record<string, string>> {
  const [pool] = layout.pools;
  return {
    KUBECONFIG: files.kubeconfig,
    AZURE_AUTH_LOCATION: files.credentials,
    AZURE_SUBSCRIPTION_ID: layout.subscriptionId,
    AZURE_CLUSTER_NODE_RESOURCE_GROUP: layout.nodeResourceGroup,
    AZURE_CLUSTER_VMSS_NAME: pool?.scaleSet ?? '',
    AZURE_CLUSTER_VMSS_INSTANCE0: pool?.instances[0]?.instanceId ?? '',
    APP_ENDPOINT: app,
    NODE_EXTRA_CA_CERTS: files.ca,
    SSL_CERT_FILE: files.ca,
    REQUESTS_CA_BUNDLE: files.ca,
    EVENKEEL_LAB: '1',
    EVENKEEL_LAB_CLOCK: clock,
  };
}
