/** Puts the lab's rooms together: one cluster, one subscription, one application, all on loopback. */
import { randomBytes } from 'node:crypto';
import { describeClock, groupBy } from '../base/index.ts';
import type { Cancel, Clock, Random } from '../base/index.ts';
import { createLabAzure } from './arm-api/index.ts';
import type { LabAzure, LabAzureLayout } from './arm-api/index.ts';
import { createCertificates } from './certificates.ts';
import {
  CONTACTS_NAMESPACE,
  WORKSHOP_NODE_AGES_MS,
  WORKSHOP_POD_RANGES,
  contactsManifests,
  seedContacts,
  startOutsideServices,
} from './contacts/index.ts';
import { startControllers, startScheduler } from './controllers/index.ts';
import type { MachineState } from './controllers/index.ts';
import type { KubeObject } from '../kubernetes/index.ts';
import { createLabApi, serveKubeApi, startCertificateSigner } from './kube-api/index.ts';
import type { LabApi } from './kube-api/index.ts';
import { startKubelets } from './kubelet/index.ts';
import type { Kubelets } from './kubelet/index.ts';
import { startMetricsServer } from './metrics-server/index.ts';
import { createLabNetwork } from './network/index.ts';
import { labLayout, numberedPool, workshopPool } from './lab-layout.ts';
import { LOAD_NAMESPACE, loadDeployments } from './load-deployments.ts';
import { placed } from './placed.ts';
import { installManifests, seedCustomResources } from './install-manifests.ts';
import { streamPodLogs } from './pod-log-stream.ts';
import { createProgramFor } from './program-for.ts';
import { seedNodes } from './seed-nodes.ts';
import type { LabNode } from './seed-nodes.ts';
import { nodeAddress, nodesOf, podRange, seedTwin } from './seed-twin.ts';
import { settled } from './settled.ts';
import { twinPools } from './twin-layout.ts';
import type { Lab, LabContents, LabOptions } from './types.ts';
import { writeFiles } from './write-files.ts';
import type { LabFiles } from './write-files.ts';

/**
 * Starts a lab and resolves when it is ready: the workshop's cluster, with its application running for days already and answering; with
 * contents of the caller's own, when each pod has a node or a reason why it has none.
 *
 * Errors: `INVALID_INPUT` when the API server refuses a manifest. Secrets are made anew at each start and stand in the files of `folder` alone. Errors: `ENVIRONMENT` when a port is taken or the folder
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
  const { clock, random, log, folder, ports = {}, contents = {} } = options;
  const certificates = await createCertificates();
  const layout = layoutOf(contents, random);
  const api = createLabApi({ clock, random });
  const network = createLabNetwork({ api, clock, random, log, certificateFor: certificates.certificateFor });
  stops.push(() => network.stop());

  const { others: twin, notes: customNotes } = await seedCustomResources(api, contents.twin ?? []);
  const seedNotes = seedCluster(api, layout, contents.twin === undefined ? contents : { ...contents, twin });
  stops.push(await startOutsideServices({ network, clock, random: random.fork('outside'), log }));
  const azure = createLabAzure({ clock, random, layout, log, ...(options.azureTimings && { timings: options.azureTimings }) });
  const controllers = startControllers(api, { log, machineState: machineStates(azure, clock) });
  const scheduler = startScheduler(api, { random: random.fork('scheduler'), log });
  const programs = createProgramFor(api);
  const served = contents.programs === false ? {} : { network, programFor: programs.programFor };
  const kubelets = startKubelets(api, { clock, random: random.fork('kubelets'), log, ...served });
  stops.push(startMetricsServer(api, { use: (node) => kubelets.use(node) }));
  stops.push(() => programs.stop());
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
    clientCa: certificates.ca,
    tokens: [{ token, user: 'clusterAdmin' }],
    logs: streamPodLogs({ api, clock, kubelets }),
    access: kubelets.access,
    log,
  });
  stops.push(() => kubernetes.stop());
  stops.push(startCertificateSigner(api, certificates.authority));
  const arm = await azure.serve({ port: ports.azure ?? 0, key, cert });
  stops.push(() => arm.stop());
  const ingress = await network.startIngress(ports.ingress ?? 0, { certificateFor: certificates.certificateFor });
  stops.push(() => ingress.stop());
  const notes = [...customNotes, ...seedNotes, ...(await installManifests(api, manifestsOf(contents)))];
  if (isWorkshop(contents) && contents.programs !== false) await settled(api, network, CONTACTS_NAMESPACE);
  else await placed(api);

  const urls = { kubernetes: kubernetes.url, azure: arm.url, app: ingress.url, appTls: ingress.tlsUrl ?? '' };
  const access = { url: kubernetes.url, token, namespace: namespaceOf(contents) };
  const files = await writeFiles({ folder, ca: certificates.ca, layout, kubernetes: access, azureUrl: arm.url });
  return { api, azure, urls, notes, env: environment(files, layout, urls, describeClock(clock)) };
}

/** The workshop's cluster, with every pod in its place. */
const isWorkshop = ({ nodes, manifests, pods, twin }: LabContents): boolean =>
  nodes === undefined && manifests === undefined && pods === undefined && twin === undefined;

function layoutOf(contents: LabContents, random: Random): LabAzureLayout {
  const { nodes, twin } = contents;
  const own = nodes === undefined ? [workshopPool()] : [numberedPool(nodes)];
  return labLayout(random, randomBytes(24).toString('base64url'), twin === undefined ? own : twinPools(nodesOf(twin)));
}

/** What is applied once the cluster works: other nodes than the workshop's get its application as a newcomer. */
function manifestsOf(contents: LabContents): readonly KubeObject[] {
  const { manifests, pods, twin } = contents;
  const load = pods === undefined ? [] : loadDeployments(pods);
  if (manifests !== undefined || pods !== undefined || twin !== undefined) return [...(manifests ?? []), ...load];
  return isWorkshop(contents) ? [] : contactsManifests();
}

/** The namespace that clients are pointed at: where most of what was asked for stands. */
function namespaceOf(contents: LabContents): string {
  const { manifests, pods, twin } = contents;
  const workloads = [...(manifests ?? []), ...(twin ?? [])].filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');
  const counts = [...groupBy(workloads, ({ metadata }) => metadata.namespace ?? 'default')];
  const [most] = counts.toSorted(([, a], [, b]) => b.length - a.length);
  if (most !== undefined) return most[0];
  if (manifests !== undefined || twin !== undefined) return 'default';
  return pods === undefined ? CONTACTS_NAMESPACE : LOAD_NAMESPACE;
}

/** Addresses as AKS deals them out: instances one after the other. Result: notes for people. */
function seedCluster(api: LabApi, layout: LabAzureLayout, contents: LabContents): string[] {
  if (contents.twin !== undefined) return seedTwin(api, contents.twin, layout);
  const instances = layout.pools.flatMap((pool) => pool.instances);
  const isSame = contents.nodes === undefined;
  const nodes = instances.map(({ instanceId }, index): LabNode => ({
    instanceId,
    ip: nodeAddress(index),
    podRange: (isSame ? WORKSHOP_POD_RANGES[instanceId] : undefined) ?? podRange(index),
    ageMs: (isSame ? WORKSHOP_NODE_AGES_MS[instanceId] : undefined) ?? 0,
  }));
  seedNodes(api, layout, nodes);
  if (!isWorkshop(contents)) return [];
  seedContacts(api, (instanceId) => ({
    name: instances.find((instance) => instance.instanceId === instanceId)?.nodeName ?? '',
    ip: nodes.find((node) => node.instanceId === instanceId)?.ip ?? '',
  }));
  return [];
}

/** What a machine does its node does: without power both are dead. */
function connectPower(azure: LabAzure, kubelets: Kubelets): Cancel {
  return azure.onPower(({ nodeName }, change) => kubelets.setPower(nodeName, change === 'up' ? 'on' : 'off'));
}

/** So long one look at all machines is good for: the node controller asks for each node in turn, and there may be thousands. */
const LOOK_MS = 1_000;

/** What the cloud's node controller is told of the machine behind a node. */
function machineStates(azure: LabAzure, clock: Clock): (node: string) => MachineState {
  let states: ReadonlyMap<string, MachineState> = new Map();
  let lookedMs = -Infinity;
  return (node) => {
    // A machine that is not known may be new.
    if (clock.now() - lookedMs >= LOOK_MS || !states.has(node)) {
      lookedMs = clock.now();
      const isDown = (powerState: string): boolean => ['stopped', 'deallocated'].includes(powerState);
      states = new Map(azure.instances().map(({ nodeName, powerState }) => [nodeName, isDown(powerState) ? 'stopped' : 'running']));
    }
    return states.get(node) ?? 'gone';
  };
}

/** The variables that other programs find the lab by. No value is secret; the files that they name are. */
function environment(
  files: LabFiles,
  layout: LabAzureLayout,
  { app, appTls }: Lab['urls'],
  clock: string,
): Readonly<Record<string, string>> {
  const [pool] = layout.pools;
  return {
    KUBECONFIG: files.kubeconfig,
    AZURE_AUTH_LOCATION: files.credentials,
    AZURE_SUBSCRIPTION_ID: layout.subscriptionId,
    AZURE_CLUSTER_NODE_RESOURCE_GROUP: layout.nodeResourceGroup,
    AZURE_CLUSTER_VMSS_NAME: pool?.scaleSet ?? '',
    AZURE_CLUSTER_VMSS_INSTANCE0: pool?.instances[0]?.instanceId ?? '',
    APP_ENDPOINT: app,
    APP_ENDPOINT_TLS: appTls,
    NODE_EXTRA_CA_CERTS: files.ca,
    SSL_CERT_FILE: files.ca,
    REQUESTS_CA_BUNDLE: files.ca,
    EVENKEEL_LAB: '1',
    EVENKEEL_LAB_CLOCK: clock,
  };
}
