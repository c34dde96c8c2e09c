/** A Service's spec as it comes from outside, and what follows from its type. Source: pkg/api/service/util.go, 1.36. */
import type { Service } from '../../../kubernetes/index.ts';
import type { Loose } from './_pod-fields.ts';

export type ServiceSpecFields = Loose<NonNullable<Service['spec']>> & { readonly trafficDistribution?: string | undefined };

export const isHeadless = ({ clusterIPs = [] }: ServiceSpecFields): boolean => clusterIPs.length === 1 && clusterIPs[0] === 'None';

/** Someone outside the cluster may come to it. Source: pkg/api/service. */
export const isReachableFromOutside = ({ type, externalIPs = [] }: ServiceSpecFields): boolean =>
  type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && externalIPs.length > 0);

/** Load balancers ask there whether a node has endpoints of its own. */
export const needsHealthPort = ({ type, externalTrafficPolicy }: ServiceSpecFields): boolean =>
  type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
