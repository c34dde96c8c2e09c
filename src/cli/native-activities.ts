import { azureActivities } from '../drivers/azure/index.ts';
import { helloActivities } from '../drivers/hello/index.ts';
import { kubernetesActivities } from '../drivers/kubernetes/index.ts';
import type { ActivityDescriptor } from '../experiment/index.ts';

/** All faults and probes that evenkeel has itself. */
export const nativeActivities: readonly ActivityDescriptor[] = [...azureActivities, ...kubernetesActivities, ...helloActivities];
