/** What a user does with kubectl in an afternoon, and what kubectl has to say to it. Order matters: later commands build on earlier ones. */

export interface Step {
  readonly command: string;
  /** Parts of what is printed on standard output, in order. */
  readonly out?: readonly (string | RegExp)[];
  /** A part of what is printed on standard error. */
  readonly err?: string | RegExp;
  /** Default 0. */
  readonly exit?: number;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Of clients from this minor version on, or up to that one. */
  readonly from?: number;
  readonly upTo?: number;
  /** It does not end by itself: told to, once it has printed what it should. */
  readonly endless?: boolean;
  /** Asked again until it prints what it should. */
  readonly again?: boolean;
  /** Only in the campaign: the short session, after every change, has enough of its like, or the slice that goes anywhere has it. */
  readonly rare?: boolean;
}

type Rest = Omit<Step, 'command' | 'out'>;
export const step = (command: string, out: string | RegExp | readonly (string | RegExp)[] = [], rest: Rest = {}): Step => ({
  command,
  out: typeof out === 'string' || out instanceof RegExp ? [out] : out,
  ...rest,
});
export const fails = (command: string, err: string | RegExp, rest: Rest = {}): Step => ({ command, err, exit: 1, ...rest });

const rarely = (rare: Step): Step => ({ ...rare, rare: true });

const NODE = 'aks-nodepool1-36421985-vmss000000';
const OTHER = 'aks-nodepool1-36421985-vmss000009';

const looking: readonly Step[] = [
  step('version', 'v1.36.2'),
  step('cluster-info', /control plane.* is running at/),
  step('api-resources --api-group=apps', ['daemonsets', 'deployments', 'deploy', 'replicasets', 'statefulsets']),
  rarely(step('api-versions', ['apps/v1', 'batch/v1', 'policy/v1', 'v1'])),
  step('explain deployment.spec.strategy', ['rollingUpdate', 'type']),
  rarely(fails('explain pod.spec.nope', 'field "nope" does not exist')),
  rarely(step('get nodes', [/NAME +STATUS +ROLES +AGE +VERSION/, new RegExp(`${NODE} +Ready +agent +27d`)])),
  step('get nodes -o wide', [/INTERNAL-IP +EXTERNAL-IP +OS-IMAGE +KERNEL-VERSION +CONTAINER-RUNTIME/, 'containerd://']),
  step("get nodes -o jsonpath='{.items[*].metadata.name}'", `${NODE} ${OTHER}`),
  rarely(step('get nodes -L topology.kubernetes.io/zone', [/ZONE/, /westeurope-\d/])),
  step(`describe node ${NODE}`, [
    'Name:',
    NODE,
    'Conditions:',
    'Ready',
    'Allocatable:',
    'Non-terminated Pods:',
    'search-deploy',
    'Allocated resources:',
  ]),
  step('get pods -n contactsapp -o wide', [/NOMINATED NODE +READINESS GATES/, /frontend-deploy-\S+ +1\/1 +Running +0 +16d/]),
  rarely(step('get pods -A --field-selector=status.phase!=Running', [], { err: 'No resources found' })),
  rarely(step('get --raw /livez', 'ok')),
  rarely(fails('get pod nope', 'Error from server (NotFound): pods "nope" not found')),
  rarely(fails('get nopes', `error: the server doesn't have a resource type "nopes"`)),
  step('top nodes', [
    /NAME +CPU\(cores\) +CPU(?:\(%\)|%) +MEMORY\(bytes\) +MEMORY(?:\(%\)|%)/,
    new RegExp(`${NODE} +\\d+m +\\d+% +\\d+Mi +\\d+%`),
  ]),
  step('top pods -n contactsapp --sort-by=memory', [/NAME +CPU\(cores\) +MEMORY\(bytes\)/, /frontend-deploy-\S+ +\d+m +\d+Mi/]),
  step('top pods -A --containers -l application=scmcontacts --sort-by=cpu', [
    /NAMESPACE +POD +NAME +CPU\(cores\)/,
    /contactsapp +frontend-deploy-\S+ +\S+ +\d+m +\d+Mi/,
  ]),
  rarely(step('get podmetrics -n contactsapp', [/NAME +CPU +MEMORY +WINDOW/, /frontend-deploy-\S+ +\S+ +32Mi +15[.\d]*s/])),
  rarely(step('get apiservices v1beta1.metrics.k8s.io', [/NAME +SERVICE +AVAILABLE +AGE/, /kube-system\/metrics-server +True/])),
  rarely(
    step('api-resources --api-group=metrics.k8s.io', [
      /nodes +metrics.k8s.io\/v1beta1 +false +NodeMetrics/,
      /pods +metrics.k8s.io\/v1beta1 +true +PodMetrics/,
    ]),
  ),
  rarely(step('auth can-i list pods.metrics.k8s.io --as-group=nobody --as=somebody', 'no', { exit: 1 })),
  rarely(step('auth can-i delete nodes', 'yes')),
  rarely(step('auth can-i --list', [/\*\.\* +\[\] +\[\] +\[\*\]/])),
  step('auth whoami', [/Username +clusterAdmin/, /Groups +\[system:masters system:authenticated\]/], { from: 28 }),
];

const applying: readonly Step[] = [
  step('create namespace demo', 'namespace/demo created'),
  step('config set-context --current --namespace=demo', 'modified'),
  rarely(step("config view --minify -o jsonpath='{..namespace}'", 'demo')),
  rarely(step('apply -f web.yaml --dry-run=server', ['deployment.apps/web created (server dry run)'])),
  rarely(fails('get deploy web', 'not found')),
  step('apply -f web.yaml', [
    'configmap/settings created',
    'deployment.apps/web created',
    'service/web created',
    'poddisruptionbudget.policy/web created',
  ]),
  step('rollout status deploy/web --timeout=60s', 'deployment "web" successfully rolled out'),
  rarely(step('wait --for=condition=Available deploy/web --timeout=20s', 'deployment.apps/web condition met')),
  step("wait --for=jsonpath='{.status.readyReplicas}'=2 deploy/web --timeout=20s", 'condition met', { from: 24 }),
  rarely(step('get deploy web', [/NAME +READY +UP-TO-DATE +AVAILABLE +AGE/, /web +2\/2 +2 +2/])),
  step('get deploy web -o yaml', [
    'apiVersion: apps/v1',
    'kind: Deployment',
    'replicas: 2',
    'image: registry.example/web:1',
    'status:',
    'readyReplicas: 2',
  ]),
  rarely(step('get deploy web -o json', ['"kind": "Deployment"', '"observedGeneration": 1'])),
  step('get pods -l app=web -o custom-columns=NAME:.metadata.name,PHASE:.status.phase', [
    /NAME +PHASE/,
    /web-\S+ +Running/,
    /web-\S+ +Running/,
  ]),
  step('get pods --sort-by=.metadata.creationTimestamp --show-labels', [/LABELS/, /app=web,pod-template-hash=/]),
  rarely(step('get all', ['pod/web-', 'service/web', 'deployment.apps/web', 'replicaset.apps/web-'])),
  step('get endpointslices -l kubernetes.io/service-name=web', [/web-\S+ +IPv4 +8080 +10\.244\.\d+\.\d+,10\.244\.\d+\.\d+/]),
  rarely(step('get pdb web', [/MIN AVAILABLE +MAX UNAVAILABLE +ALLOWED DISRUPTIONS/, /web +1 +N\/A +1/])),
  rarely(
    step('describe deploy web', [
      '2 desired | 2 updated | 2 total | 2 available | 0 unavailable',
      '25% max unavailable, 25% max surge',
      'ScalingReplicaSet',
    ]),
  ),
  step('describe pods -l app=web', ['Status:', 'Running', /settings +ConfigMap/, 'QoS Class:', 'Burstable', 'Successfully pulled image']),
  rarely(step('diff -f web2.yaml', ['-  replicas: 2', '+  replicas: 3', /\+ +image: registry.example\/web:2/], { exit: 1 })),
  step('apply -f web2.yaml', 'deployment.apps/web configured'),
  step('rollout status deploy/web --timeout=60s', 'successfully rolled out'),
  rarely(step('apply view-last-applied deploy/web', 'image: registry.example/web:2')),
  rarely(fails('create -f web.yaml', /\(AlreadyExists\): .*deployments\.apps "web" already exists/)),
  rarely(fails('apply -f broken.yaml', /unknown field "(spec\.)?replica"/)),
  rarely(step('rollout history deploy/web', ['REVISION  CHANGE-CAUSE', '1 ', '2 '])),
  rarely(step('rollout history deploy/web --revision=2', 'registry.example/web:2')),
  rarely(step('rollout undo deploy/web', 'deployment.apps/web rolled back')),
  rarely(step('rollout status deploy/web --timeout=60s', 'successfully rolled out')),
  rarely(fails('rollout undo deploy/web --to-revision=9', 'unable to find specified revision 9 in history')),
];

const changing: readonly Step[] = [
  step('edit deploy web', 'deployment.apps/web edited', {
    env: { KUBE_EDITOR: 'sed -i s/terminationGracePeriodSeconds:.30/terminationGracePeriodSeconds:\\ 5/' },
  }),
  rarely(step("get deploy web -o jsonpath='{.spec.template.spec.terminationGracePeriodSeconds}'", '5')),
  step(
    `patch deploy web -p '{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"A","value":"1"}]}]}}}}'`,
    'deployment.apps/web patched',
  ),
  step(`patch deploy web --type=merge -p '{"metadata":{"annotations":{"note":"merged"}}}'`, 'patched'),
  step(`patch deploy web --type=json -p '[{"op":"replace","path":"/spec/replicas","value":2}]'`, 'patched'),
  rarely(step(`patch deploy web -p '{"spec":{"replicas":2}}'`, 'patched (no change)')),
  step(
    "get deploy web -o jsonpath='{.spec.replicas} {.metadata.annotations.note} {..env[0].value} {..image}'",
    /2 merged 1 registry\.example\/web:[12]/,
  ),
  rarely(step('apply --server-side --field-manager=one -f shared.yaml', 'configmap/shared serverside-applied')),
  rarely(fails('apply --server-side --field-manager=two -f shared-two.yaml', 'conflict with "one": .data.owner')),
  step('apply --server-side --field-manager=two --force-conflicts -f shared-two.yaml', 'serverside-applied'),
  rarely(step('get cm shared -o yaml --show-managed-fields', ['owner: two', 'manager: two', 'operation: Apply'])),
  rarely(step('replace -f shared.yaml', 'configmap/shared replaced')),
  step('set image deploy/web web=registry.example/web:3', 'deployment.apps/web image updated'),
  rarely(step('set env deploy/web MODE=fast', 'deployment.apps/web env updated')),
  rarely(step('set resources deploy/web --requests=cpu=60m', 'resource requirements updated')),
  rarely(step('rollout pause deploy/web', 'paused')),
  rarely(step('rollout resume deploy/web', 'resumed')),
  step('rollout restart deploy/web', 'restarted'),
  step('rollout status deploy/web --timeout=60s', 'successfully rolled out'),
  step('scale deploy/web --replicas=3', 'scaled'),
  rarely(fails('scale deploy/web --replicas=2 --current-replicas=9', 'Expected replicas to be 9, was 3')),
  step('autoscale deploy/web --min=2 --max=4 --cpu-percent=50', 'horizontalpodautoscaler.autoscaling/web autoscaled', { upTo: 34 }),
  step('autoscale deploy/web --min=2 --max=4 --cpu=50%', 'horizontalpodautoscaler.autoscaling/web autoscaled', { from: 35 }),
  step('get hpa web', [/Deployment\/web/, /2 +4/]),
  step('get hpa web', [/Deployment\/web +cpu: \d+%\/50% +2 +4/], { again: true }),
  rarely(step('describe hpa web', ['Deployment/web', /AbleToScale +True/, /ScalingActive +True +ValidMetricFound/])),
  step('label deploy web tier=front', 'labeled'),
  rarely(fails('label deploy web tier=back', /already has a value/)),
  rarely(step('annotate deploy web note-', 'annotated')),
  step('expose deploy web --name=web-two --port=81 --target-port=8080', 'service/web-two exposed'),
  rarely(step('kustomize kustom', ['name: k-map', 'namespace: demo'])),
  step('apply -k kustom', 'configmap/k-map created'),
  step('get cm k-map --as=jane', [], {
    err: 'configmaps "k-map" is forbidden: User "jane" cannot get resource "configmaps" in API group "" in the namespace "demo"',
    exit: 1,
  }),
  rarely(step('auth can-i get pods --as=jane', 'no', { exit: 1 })),
];

const creating: readonly Step[] = [
  step('create configmap conf --from-literal=a=b', 'configmap/conf created'),
  step('create secret generic key --from-literal=a=b', 'secret/key created'),
  rarely(step("get secret key -o jsonpath='{.data.a}'", 'Yg==')),
  rarely(step('create serviceaccount robot', 'serviceaccount/robot created')),
  rarely(step('create role reader --verb=get,list --resource=pods', 'role.rbac.authorization.k8s.io/reader created')),
  rarely(
    step('create rolebinding reader --role=reader --serviceaccount=demo:robot', 'rolebinding.rbac.authorization.k8s.io/reader created'),
  ),
  rarely(step('auth can-i list pods --as=system:serviceaccount:demo:robot', 'yes')),
  rarely(step('auth can-i delete pods --as=system:serviceaccount:demo:robot', 'no', { exit: 1 })),
  rarely(step('create quota few --hard=pods=50', 'resourcequota/few created')),
  step('create poddisruptionbudget quick --selector=app=quick --min-available=1', 'poddisruptionbudget.policy/quick created'),
  step('create ingress quick --rule=shop.lab/=web:80', 'ingress.networking.k8s.io/quick created'),
  step('create deployment quick --image=registry.example/quick:1 --replicas=2', 'deployment.apps/quick created'),
  rarely(
    step('create cronjob tick --image=registry.example/tick:1 --schedule=0-59/5*', [], { err: 'spec.schedule: Invalid value', exit: 1 }),
  ),
  step('create cronjob tick --image=registry.example/tick:1 --schedule=@hourly', 'cronjob.batch/tick created'),
  rarely(step('create job tock --from=cronjob/tick', 'job.batch/tock created')),
  step('apply -f job.yaml', 'job.batch/once created'),
  step('wait --for=condition=Complete job/once --timeout=30s', 'condition met'),
  rarely(step('get jobs once', [/1\/1/])),
  step('run lone --image=registry.example/lone:1 --port=8080 --restart=Never', 'pod/lone created'),
  step('wait --for=condition=Ready pod/lone --timeout=30s', 'condition met'),
  step('apply -f crashing.yaml', ['pod/crashing created', 'pod/unpulled created']),
];

const insidePods: readonly Step[] = [
  step('exec lone -- hostname', 'lone'),
  rarely(step('exec lone -- cat /etc/resolv.conf', 'search demo.svc.cluster.local svc.cluster.local cluster.local')),
  step('exec deploy/web -- printenv GREETING', 'hello'),
  rarely(step('exec deploy/web -- cat /settings/GREETING', 'hello')),
  step(`exec lone -- sh -c 'wget -qO- http://web/ && exit 7'`, '"image":"registry.example/web:3"', {
    err: 'command terminated with exit code 7',
    exit: 7,
  }),
  step('exec -i lone -- sh', ['typed', 'lone'], { input: 'echo typed; hostname\n' }),
  fails('exec lone -- node -v', 'exec: "node": executable file not found in $PATH'),
  rarely(fails('exec nope -- ls', 'pods "nope" not found')),
  rarely(fails('exec unpulled -- ls', 'container not found ("c")')),
  step('port-forward pod/lone :8080', /Forwarding from 127\.0\.0\.1:\d+ -> 8080/, { endless: true }),
  step('cp lone:/etc/hostname copied'),
  rarely(step('cp copied lone:/tmp/copied', [], { err: 'Read-only file system', exit: 1, from: 24 })),
  step(`exec lone -- sh -c 'env | grep -c WEB_SERVICE_HOST; nslookup web | tail -2'`, ['1', 'Address: 10.0.']),
  step('logs lone', ['stand-in for registry.example/lone:1 listens on 8080']),
  step('logs deploy/web --tail=1 --timestamps', /^\d{4}-\d\d-\d\dT\S+Z \d{4}-/m),
  rarely(step('logs -l app=web --prefix', [/^\[pod\/web-\S+\/web\] /m])),
  rarely(step('logs -f lone --since=1h', 'listens on 8080', { endless: true })),
  step('get pod crashing', 'CrashLoopBackOff', { again: true }),
  step('logs crashing --previous', 'ends with exit code 1'),
  rarely(fails('logs lone --previous', 'previous terminated container "lone" in pod "lone" not found')),
  fails('logs unpulled', /container "c" in pod "unpulled" is waiting to start: (image can't be pulled|trying and failing to pull image)/),
  rarely(step('get pods unpulled', [/0\/1 +(ErrImagePull|ImagePullBackOff)/], { again: true })),
  step('describe pod unpulled', ['Failed to pull image "registry.example/web:missing"', 'Error: ErrImagePull', 'Back-off pulling image'], {
    again: true,
  }),
  rarely(step('get events --field-selector=involvedObject.name=lone', ['Scheduled', 'Pulled', 'Started'])),
  step('events --for=pod/crashing', ['BackOff'], { from: 26, again: true }),
  step('get pods --watch', [/crashing/, /web-/], { endless: true }),
];

const debugging: readonly Step[] = [
  step('debug lone -i --image=busybox:1.36 -c look -- wget -qO- http://web/', '"image":"registry.example/web:3"', { from: 26 }),
  step("get pod lone -o jsonpath='{.status.ephemeralContainerStatuses[0].state.terminated.reason}'", 'Completed', {
    from: 26,
    again: true,
  }),
  step('debug lone -i --image=busybox:1.36 -c shell', 'lone', { from: 26, input: 'hostname; exit 3\n' }),
  rarely(step('logs lone -c shell', 'lone', { from: 26 })),
  rarely(step('describe pod lone', ['Ephemeral Containers:', 'look:', 'shell:'], { from: 26 })),
  step(`debug node/${OTHER} -i --image=busybox:1.36`, OTHER, { from: 26, input: 'hostname; exit\n' }),
  rarely(step('debug lone -i --image=busybox:1.36 --copy-to=twin', 'twin', { from: 26, input: 'hostname; exit\n' })),
  step('run ask -i --rm --restart=Never --image=busybox:1.36 -- wget -qO- http://web/', '"image":"registry.example/web:3"', { from: 26 }),
  step('get --raw /api/v1/namespaces/demo/services/web/proxy/', '"image":"registry.example/web:3"'),
  rarely(fails('get --raw /api/v1/namespaces/demo/services/web:81/proxy/', 'no service port 81 found for service "web"')),
  rarely(step(`get --raw /api/v1/nodes/${OTHER}/proxy/healthz`, 'ok')),
  step(`patch pod lone --subresource resize -p '{"spec":{"containers":[{"name":"lone","resources":{"requests":{"cpu":"20m"}}}]}}'`, [], {
    from: 32,
    exit: 1,
    err: 'Pod QOS Class may not change as a result of resizing',
  }),
];

const access: readonly Step[] = [
  step('apply -f jane.yaml', 'certificatesigningrequest.certificates.k8s.io/jane created'),
  step('get csr', [
    /NAME +AGE +SIGNERNAME +REQUESTOR +REQUESTEDDURATION +CONDITION/,
    /jane +\S+ +kubernetes.io\/kube-apiserver-client +\S+ +24h +Pending/,
  ]),
  step('certificate approve jane', 'jane approved'),
  step('get csr jane', 'Approved,Issued', { again: true }),
  rarely(step('create clusterrole role-maker --verb=create --resource=roles.rbac.authorization.k8s.io', 'created')),
  rarely(step('create clusterrolebinding role-makers --clusterrole=role-maker --user=rita', 'created')),
  rarely(
    fails(
      'create role all --verb=get --resource=secrets --as=rita',
      'is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
    ),
  ),
  rarely(step('get clusterrole view -o yaml', ['aggregationRule:', 'rbac.authorization.k8s.io/aggregate-to-view'])),
];

const nodes: readonly Step[] = [
  rarely(step(`taint nodes ${OTHER} dedicated=db:NoSchedule`, 'tainted')),
  rarely(fails(`taint nodes ${OTHER} dedicated=db:NoSchedule`, 'already has dedicated taint(s) with same effect(s)')),
  rarely(step(`taint nodes ${OTHER} dedicated-`, 'untainted')),
  rarely(step(`label node ${OTHER} disk=ssd`, 'labeled')),
  step(`cordon ${OTHER}`, 'cordoned'),
  rarely(step(`get node ${OTHER}`, 'Ready,SchedulingDisabled')),
  step(`drain ${OTHER} --ignore-daemonsets --delete-emptydir-data --force --timeout=60s`, /(drained|evicted)/),
  step(`uncordon ${OTHER}`, 'uncordoned'),
  step('wait --for=condition=Ready pods -l app=web --timeout=60s', 'condition met'),
];

const deleting: readonly Step[] = [
  step('delete pod lone --grace-period=0 --force --ignore-not-found', [], { err: 'Immediate deletion does not wait' }),
  step('delete pod unpulled crashing --wait=false --ignore-not-found'),
  rarely(step('wait --for=delete pod/unpulled --timeout=20s')),
  step('delete deploy quick --cascade=orphan', 'deployment.apps "quick" deleted'),
  rarely(step('get rs -l app=quick', [/quick-\S+ +2 +2/])),
  rarely(step('delete rs -l app=quick', 'deleted')),
  step('delete -f web.yaml --ignore-not-found', ['configmap "settings" deleted', 'deployment.apps "web" deleted']),
  rarely(step('delete cm --all', '"k-map" deleted')),
  step('config set-context --current --namespace=default', 'modified'),
  step('delete ns demo', 'namespace "demo" deleted'),
  rarely(fails('get ns demo', 'namespaces "demo" not found')),
];

export const STEPS: readonly Step[] = [
  ...looking,
  ...applying,
  ...changing,
  ...creating,
  ...insidePods,
  ...debugging,
  ...access,
  ...nodes,
  ...deleting,
];
