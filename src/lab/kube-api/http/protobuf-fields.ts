/**
 * Field numbers of the messages that kubectl's typed clients send as protobuf (`create`, `auth`), as far as they fill them in.
 *
 * Source: the generated.proto files of k8s.io/api and k8s.io/apimachinery, 1.36. Facts only; what is not listed is refused by name.
 */

/** How a field is read: a message by name, or a scalar. `[]` lists, `{}` maps from text. */
export interface ProtobufField {
  readonly name: string;
  readonly type: string;
}

/** `number name type` per line. */
const table = (text: string): ReadonlyMap<number, ProtobufField> =>
  new Map(
    text
      .trim()
      .split('\n')
      .map((line): [number, ProtobufField] => {
        const [number = '', name = '', type = ''] = line.trim().split(/\s+/);
        return [Number(number), { name, type }];
      }),
  );

export const MESSAGES: Readonly<Record<string, ReadonlyMap<number, ProtobufField>>> = {
  ObjectMeta: table(`
    1 name string
    2 generateName string
    3 namespace string
    4 selfLink string
    5 uid string
    6 resourceVersion string
    7 generation int
    8 creationTimestamp Time
    9 deletionTimestamp Time
    10 deletionGracePeriodSeconds int
    11 labels {}string
    12 annotations {}string
    14 finalizers []string`),
  Time: table(`
    1 seconds int
    2 nanos int`),
  ConfigMap: table(`
    1 metadata ObjectMeta
    2 data {}string
    3 binaryData {}bytes
    4 immutable bool`),
  Secret: table(`
    1 metadata ObjectMeta
    2 data {}bytes
    3 type string
    4 stringData {}string
    5 immutable bool`),
  Namespace: table(`
    1 metadata ObjectMeta
    2 spec NamespaceSpec
    3 status NamespaceStatus`),
  NamespaceSpec: table('1 finalizers []string'),
  NamespaceStatus: table('1 phase string'),
  ServiceAccount: table(`
    1 metadata ObjectMeta
    4 automountServiceAccountToken bool`),
  LabelSelector: table('1 matchLabels {}string'),
  Deployment: table(`
    1 metadata ObjectMeta
    2 spec DeploymentSpec
    3 status DeploymentStatus`),
  DeploymentSpec: table(`
    1 replicas int
    2 selector LabelSelector
    3 template PodTemplateSpec
    4 strategy DeploymentStrategy
    5 minReadySeconds int
    6 revisionHistoryLimit int
    7 paused bool
    9 progressDeadlineSeconds int`),
  DeploymentStrategy: table('1 type string'),
  DeploymentStatus: table(`
    1 observedGeneration int
    2 replicas int
    3 updatedReplicas int
    4 availableReplicas int
    5 unavailableReplicas int
    7 readyReplicas int`),
  PodTemplateSpec: table(`
    1 metadata ObjectMeta
    2 spec PodSpec`),
  PodSpec: table(`
    2 containers []Container
    3 restartPolicy string
    4 terminationGracePeriodSeconds int
    6 dnsPolicy string
    8 serviceAccountName string
    9 serviceAccount string
    10 nodeName string
    11 hostNetwork bool
    12 hostPID bool
    13 hostIPC bool
    16 hostname string
    17 subdomain string
    19 schedulerName string
    24 priorityClassName string`),
  Container: table(`
    1 name string
    2 image string
    3 command []string
    4 args []string
    5 workingDir string
    6 ports []ContainerPort
    8 resources ResourceRequirements
    13 terminationMessagePath string
    14 imagePullPolicy string
    16 stdin bool
    17 stdinOnce bool
    18 tty bool
    20 terminationMessagePolicy string`),
  ContainerPort: table(`
    1 name string
    2 hostPort int
    3 containerPort int
    4 protocol string
    5 hostIP string`),
  // Empty in what kubectl creates; amounts would be refused by number.
  ResourceRequirements: new Map(),
  PodDisruptionBudget: table(`
    1 metadata ObjectMeta
    2 spec PodDisruptionBudgetSpec
    3 status PodDisruptionBudgetStatus`),
  PodDisruptionBudgetSpec: table(`
    1 minAvailable IntOrString
    2 selector LabelSelector
    3 maxUnavailable IntOrString`),
  PodDisruptionBudgetStatus: table(`
    1 observedGeneration int
    3 disruptionsAllowed int
    4 currentHealthy int
    5 desiredHealthy int
    6 expectedPods int`),
  IntOrString: table(`
    1 type int
    2 intVal int
    3 strVal string`),
  SelfSubjectAccessReview: table(`
    1 metadata ObjectMeta
    2 spec AccessReviewSpec
    3 status AccessReviewStatus`),
  AccessReviewSpec: table(`
    1 resourceAttributes ResourceAttributes
    2 nonResourceAttributes NonResourceAttributes`),
  ResourceAttributes: table(`
    1 namespace string
    2 verb string
    3 group string
    4 version string
    5 resource string
    6 subresource string
    7 name string`),
  NonResourceAttributes: table(`
    1 path string
    2 verb string`),
  AccessReviewStatus: table(`
    1 allowed bool
    2 reason string
    3 evaluationError string
    4 denied bool`),
  SelfSubjectRulesReview: table(`
    1 metadata ObjectMeta
    2 spec RulesReviewSpec
    3 status RulesReviewStatus`),
  RulesReviewSpec: table('1 namespace string'),
  RulesReviewStatus: table('3 incomplete bool'),
  SelfSubjectReview: table(`
    1 metadata ObjectMeta
    2 status SelfSubjectReviewStatus`),
  SelfSubjectReviewStatus: table('1 userInfo UserInfo'),
  UserInfo: table(`
    1 username string
    2 uid string
    3 groups []string`),
};
