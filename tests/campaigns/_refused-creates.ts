/** The rows of what a real server refuses, as requests: where each is posted, with what, and the causes that come back. */
import { groupVersionOf, type Resource } from '../../src/kubernetes/index.ts';
import { labResourceOf } from '../../src/lab/kube-api/lab-resources.ts';
import { CONTAINERS, ENVIRONMENT, PROBES, RESOURCES } from '../../src/lab/kube-api/validation/_refused-containers.ts';
import { REFUSED_OBJECTS } from '../../src/lab/kube-api/validation/_refused-objects.ts';
import { REFUSED_AROUND, REFUSED_SERVICES } from '../../src/lab/kube-api/validation/_refused-services.ts';
import { MEMBERS, SCHEDULING } from '../../src/lab/kube-api/validation/_refused-specs.ts';
import { VOLUMES } from '../../src/lab/kube-api/validation/_refused-volumes.ts';
import { REFUSED_WORKLOADS } from '../../src/lab/kube-api/validation/_refused-workloads.ts';
import { testPod } from '../../src/lab/kube-api/validation/_test-pods.ts';

export interface RefusedCreate {
  readonly resource: Resource;
  readonly what: string;
  readonly object: Readonly<Record<string, unknown>>;
  /** `field: message`, in the order of the server. */
  readonly causes: readonly string[];
}

const create = (kind: string, what: string, members: object, causes: readonly string[]): RefusedCreate => {
  const resource = labResourceOf(kind);
  if (resource === undefined) throw new Error(kind);
  return { resource, what, object: { metadata: { name: 'x' }, ...members, apiVersion: groupVersionOf(resource), kind }, causes };
};

export const REFUSED_CREATES: readonly RefusedCreate[] = [
  ...[...CONTAINERS, ...ENVIRONMENT, ...RESOURCES, ...PROBES, ...VOLUMES, ...SCHEDULING, ...MEMBERS].map(
    ([what, spec, container, causes]) => create('Pod', what, { spec: testPod(spec, container).spec, metadata: { name: 'p' } }, causes),
  ),
  ...REFUSED_WORKLOADS.map(([what, kind, spec, causes]) => create(kind, what, { spec }, causes)),
  ...REFUSED_SERVICES.map(([what, spec, causes]) => create('Service', what, { spec }, causes)),
  ...[...REFUSED_AROUND, ...REFUSED_OBJECTS].map(([kind, what, members, causes]) => create(kind, what, members, causes)),
];
