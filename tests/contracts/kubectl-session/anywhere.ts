/** A slice of the session that any cluster can be asked for: of one namespace, with an image that is there for everybody. */
import { fails, step, type Step } from './steps.ts';

const app = (replicas: number, seconds: number, wrong = ''): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: session, labels: { app: session } }
spec:
  replicas: ${replicas}${wrong}
  selector: { matchLabels: { app: session } }
  template:
    metadata: { labels: { app: session } }
    spec:
      terminationGracePeriodSeconds: ${seconds}
      containers:
        - name: pause
          image: registry.k8s.io/pause:3.10
          resources: { requests: { cpu: 5m, memory: 8Mi }, limits: { cpu: 50m, memory: 32Mi } }
`;
const map = (owner: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: shared }\ndata: { owner: ${owner} }\n`;

export const FILES_ANYWHERE: Readonly<Record<string, string>> = {
  'app.yaml': app(1, 1),
  'app2.yaml': app(2, 2),
  'broken.yaml': app(1, 1, '\n  replica: 1').replace('name: session,', 'name: broken,'),
  'shared.yaml': map('one'),
  'shared-two.yaml': map('two'),
};

export const STEPS_ANYWHERE: readonly Step[] = [
  fails('get pod nope', 'Error from server (NotFound): pods "nope" not found'),
  step('apply -f app.yaml --dry-run=server', 'deployment.apps/session created (server dry run)'),
  fails('get deploy session', 'deployments.apps "session" not found'),
  fails('apply -f broken.yaml', /unknown field "(spec\.)?replica"/),
  step('apply -f app.yaml', 'deployment.apps/session created'),
  step('rollout status deploy/session --timeout=55s', 'deployment "session" successfully rolled out', { again: true }),
  step('diff -f app2.yaml', ['-  replicas: 1', '+  replicas: 2', /-\s+terminationGracePeriodSeconds: 1/], { exit: 1 }),
  step('apply -f app2.yaml', 'deployment.apps/session configured'),
  step('rollout status deploy/session --timeout=55s', 'successfully rolled out', { again: true }),
  step('get deploy session', [/NAME +READY +UP-TO-DATE +AVAILABLE +AGE/, /session +2\/2 +2 +2/]),
  step('rollout undo deploy/session', 'deployment.apps/session rolled back'),
  step('rollout history deploy/session', ['REVISION  CHANGE-CAUSE', '2 ', '3 ']),
  step('apply --server-side --field-manager=one -f shared.yaml', 'configmap/shared serverside-applied'),
  fails('apply --server-side --field-manager=two -f shared-two.yaml', 'conflict with "one": .data.owner'),
  step("get cm shared -o jsonpath='{.data.owner}'", 'one'),
  step('describe deploy session', ['25% max unavailable, 25% max surge', 'ScalingReplicaSet']),
  step('delete -f app.yaml', 'deployment.apps "session" deleted'),
];
