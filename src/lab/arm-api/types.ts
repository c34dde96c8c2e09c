/** The lab's Azure: subscription, resource groups, one AKS cluster, its scale sets and their instances. */
import type { ArmError, PowerState } from '../../arm/index.ts';
import type { Cancel } from '../../base/index.ts';

export interface LabInstance {
  readonly instanceId: string;
  /** `aks-nodepool1-36421985-vmss_9`. */
  readonly name: string;
  /** `aks-nodepool1-36421985-vmss000009`: the computer name, and the Kubernetes node's name. */
  readonly nodeName: string;
  readonly zone: string | undefined;
  readonly powerState: PowerState;
}

export interface LabAzureLayout {
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly clientId: string;
  /** The service principal's secret; made anew at each start, never logged. */
  readonly clientSecret: string;
  readonly location: string;
  readonly resourceGroup: string;
  readonly clusterName: string;
  /** `MC_…`. */
  readonly nodeResourceGroup: string;
  readonly kubernetesVersion: string;
  readonly pools: readonly {
    readonly name: string;
    readonly scaleSet: string;
    readonly vmSize: string;
    readonly instances: readonly { readonly instanceId: string; readonly nodeName: string; readonly zone: string | undefined }[];
  }[];
}

/** How long operations take, in lab milliseconds: [least, most]. Source: reference/failure-clock.md, "Azure's side". */
export interface AzureTimings {
  readonly powerOffMs: readonly [number, number];
  readonly deallocateMs: readonly [number, number];
  readonly startMs: readonly [number, number];
  readonly restartMs: readonly [number, number];
  readonly deleteMs: readonly [number, number];
}

export interface LabAzure {
  readonly layout: LabAzureLayout;
  instances(): readonly LabInstance[];
  /**
   * `down` = the machine just lost power (the node must die now), `up` = it has booted, `gone` = deleted.
   */
  onPower(listener: (instance: LabInstance, change: 'down' | 'up' | 'gone') => void): Cancel;
  /** Makes the next such operation on the instance (by name) end as Failed with this error, after its usual time and without its effect. */
  failNext(action: 'powerOff' | 'deallocate' | 'start' | 'restart' | 'reimage' | 'delete', instanceName: string, error: ArmError): void;
  /** Serves ARM and Entra over HTTPS on loopback. */
  serve(options: {
    readonly port: number;
    readonly key: string;
    readonly cert: string;
  }): Promise<{ readonly url: string; stop(): Promise<void> }>;
}
