/** A small control plane on a virtual clock, for the tests of this room. Its pods only pretend. */
import { createRandom, createVirtualClock, silentLogger, type VirtualClock } from '../../base/index.ts';
import type { Node } from '../../kubernetes/index.ts';
import { createLabApi, type LabApi } from '../kube-api/index.ts';
import { startKubelets, type Kubelets } from '../kubelet/index.ts';
import type { MachineState } from './runtime/controller.ts';
import { startScheduler } from './scheduler/start-scheduler.ts';
import { startControllers, type ControllersOptions } from './start-controllers.ts';

export interface TestCluster {
  readonly api: LabApi;
  readonly clock: VirtualClock;
  readonly kubelets: Kubelets;
  /** What the cloud says of machines; those that are not named run. */
  readonly machines: Map<string, MachineState>;
  stop(): void;
}

/** `zones`: the nodes' names with the zone of each. */
export async function startTestCluster(
  zones: Readonly<Record<string, string>>,
  options: Partial<ControllersOptions> = {},
): Promise<TestCluster> {
  const clock = createVirtualClock(Date.parse('2026-01-05T08:00:00Z'));
  const random = createRandom('test cluster');
  const api = createLabApi({ clock, random });
  for (const [name, zone] of Object.entries(zones)) {
    const resources = { cpu: '4', memory: '8Gi', pods: '110' };
    const labels = { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': zone };
    api.seed<Node>('Node', { metadata: { name, labels }, status: { allocatable: resources, capacity: resources } });
  }
  const machines = new Map<string, MachineState>();
  const kubelets = startKubelets(api, { clock, random, log: silentLogger, timing: { bootMs: 1_000 } });
  const controllers = startControllers(api, { log: silentLogger, machineState: (node) => machines.get(node) ?? 'running', ...options });
  const scheduler = startScheduler(api, { random, log: silentLogger });
  await clock.advance(15_000);
  return {
    api,
    clock,
    kubelets,
    machines,
    stop() {
      scheduler.stop();
      controllers.stop();
      kubelets.stop();
    },
  };
}
