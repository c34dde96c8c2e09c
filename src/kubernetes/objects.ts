/** Types of Kubernetes objects as they stand in JSON. The shapes come from kubernetes-types; a name is always there. */
import type * as apps from 'kubernetes-types/apps/v1.js';
import type * as autoscaling from 'kubernetes-types/autoscaling/v2.js';
import type * as batch from 'kubernetes-types/batch/v1.js';
import type * as coordination from 'kubernetes-types/coordination/v1.js';
import type * as core from 'kubernetes-types/core/v1.js';
import type * as discovery from 'kubernetes-types/discovery/v1.js';
import type * as meta from 'kubernetes-types/meta/v1.js';
import type * as networking from 'kubernetes-types/networking/v1.js';
import type * as policy from 'kubernetes-types/policy/v1.js';
import type * as scheduling from 'kubernetes-types/scheduling/v1.js';
import type * as storage from 'kubernetes-types/storage/v1.js';

export type ObjectMeta = meta.ObjectMeta;
export type OwnerReference = meta.OwnerReference;
export type LabelSelector = meta.LabelSelector;
export type LabelSelectorRequirement = meta.LabelSelectorRequirement;
export type Status = meta.Status;

/** Any object of the API: kind, version, and a name. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta & { name: string };
}

type Named<T> = Omit<T, 'metadata'> & KubeObject;

export type Node = Named<core.Node>;
export type Pod = Named<core.Pod>;
export type PodSpec = core.PodSpec;
export type PodTemplateSpec = core.PodTemplateSpec;
export type PodCondition = core.PodCondition;
export type Container = core.Container;
export type ContainerPort = core.ContainerPort;
export type Probe = core.Probe;
export type Taint = core.Taint;
export type Toleration = core.Toleration;
export type Affinity = core.Affinity;
export type NodeSelector = core.NodeSelector;
export type NodeSelectorTerm = core.NodeSelectorTerm;
export type PodAffinityTerm = core.PodAffinityTerm;
export type TopologySpreadConstraint = core.TopologySpreadConstraint;
export type Namespace = Named<core.Namespace>;
export type Service = Named<core.Service>;
export type ServicePort = core.ServicePort;
export type Endpoints = Named<core.Endpoints>;
export type ConfigMap = Named<core.ConfigMap>;
export type Secret = Named<core.Secret>;
export type ServiceAccount = Named<core.ServiceAccount>;
export type Event = Named<core.Event>;
export type PersistentVolume = Named<core.PersistentVolume>;
export type PersistentVolumeClaim = Named<core.PersistentVolumeClaim>;
export type ReplicationController = Named<core.ReplicationController>;
export type ResourceQuota = Named<core.ResourceQuota>;
export type LimitRange = Named<core.LimitRange>;
export type Deployment = Named<apps.Deployment>;
export type ReplicaSet = Named<apps.ReplicaSet>;
export type StatefulSet = Named<apps.StatefulSet>;
export type DaemonSet = Named<apps.DaemonSet>;
export type Job = Named<batch.Job>;
export type CronJob = Named<batch.CronJob>;
export type Lease = Named<coordination.Lease>;
export type EndpointSlice = Named<discovery.EndpointSlice>;
export type Endpoint = discovery.Endpoint;
export type Ingress = Named<networking.Ingress>;
export type IngressClass = Named<networking.IngressClass>;
export type NetworkPolicy = Named<networking.NetworkPolicy>;
export type PodDisruptionBudget = Named<policy.PodDisruptionBudget>;
export type PriorityClass = Named<scheduling.PriorityClass>;
export type StorageClass = Named<storage.StorageClass>;
export type VolumeAttachment = Named<storage.VolumeAttachment>;
export type CSINode = Named<storage.CSINode>;
export type HorizontalPodAutoscaler = Named<autoscaling.HorizontalPodAutoscaler>;
