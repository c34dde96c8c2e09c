/**
 * Field numbers of the messages that kubectl's typed clients send as protobuf (`create`, `autoscale`, `auth`), as far as they fill them in.
 *
 * Source: the generated.proto files of k8s.io/api and k8s.io/apimachinery, 1.36. Facts only; what is not listed is refused by name.
 */

import { POD_MESSAGES } from './protobuf-pod-fields.ts';

/** How a field is read: a message by name, or a scalar. `[]` lists, `{}` maps from text. */
export interface ProtobufField {
  readonly name: string;
  readonly type: string;
}

/** `number name type` per line; the members of a message named `*` stand in the message around it. */
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
    13 ownerReferences []OwnerReference
    14 finalizers []string
    17 managedFields []ManagedFieldsEntry`),
  ManagedFieldsEntry: table(`
    1 manager string
    2 operation string
    3 apiVersion string
    4 time Time
    6 fieldsType string
    7 fieldsV1 FieldsV1
    8 subresource string`),
  FieldsV1: table('1 raw bytes'),
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
  LabelSelector: table(`
    1 matchLabels {}string
    2 matchExpressions []LabelSelectorRequirement`),
  LabelSelectorRequirement: table(`
    1 key string
    2 operator string
    3 values []string`),
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
  RulesReviewStatus: table(`
    1 resourceRules []PolicyRule
    2 nonResourceRules []PolicyRule
    3 incomplete bool
    4 evaluationError string`),
  SelfSubjectReview: table(`
    1 metadata ObjectMeta
    2 status SelfSubjectReviewStatus`),
  SelfSubjectReviewStatus: table('1 userInfo UserInfo'),
  UserInfo: table(`
    1 username string
    2 uid string
    3 groups []string`),
  OwnerReference: table(`
    1 kind string
    3 name string
    4 uid string
    5 apiVersion string
    6 controller bool
    7 blockOwnerDeletion bool`),
  Quantity: table('1 string string'),
  Role: table(`
    1 metadata ObjectMeta
    2 rules []PolicyRule`),
  ClusterRole: table(`
    1 metadata ObjectMeta
    2 rules []PolicyRule
    3 aggregationRule AggregationRule`),
  AggregationRule: table('1 clusterRoleSelectors []LabelSelector'),
  PolicyRule: table(`
    1 verbs []string
    2 apiGroups []string
    3 resources []string
    4 resourceNames []string
    5 nonResourceURLs []string`),
  RoleBinding: table(`
    1 metadata ObjectMeta
    2 subjects []Subject
    3 roleRef RoleRef`),
  ClusterRoleBinding: table(`
    1 metadata ObjectMeta
    2 subjects []Subject
    3 roleRef RoleRef`),
  Subject: table(`
    1 kind string
    2 apiGroup string
    3 name string
    4 namespace string`),
  RoleRef: table(`
    1 apiGroup string
    2 kind string
    3 name string`),
  ResourceQuota: table(`
    1 metadata ObjectMeta
    2 spec ResourceQuotaSpec
    3 status ResourceQuotaStatus`),
  ResourceQuotaSpec: table(`
    1 hard {}Quantity
    2 scopes []string`),
  ResourceQuotaStatus: table(`
    1 hard {}Quantity
    2 used {}Quantity`),
  PriorityClass: table(`
    1 metadata ObjectMeta
    2 value int
    3 globalDefault bool
    4 description string
    5 preemptionPolicy string`),
  Service: table(`
    1 metadata ObjectMeta
    2 spec ServiceSpec
    3 status ServiceStatus`),
  ServiceSpec: table(`
    1 ports []ServicePort
    2 selector {}string
    3 clusterIP string
    4 type string
    7 sessionAffinity string
    8 loadBalancerIP string
    10 externalName string
    11 externalTrafficPolicy string
    12 healthCheckNodePort int
    13 publishNotReadyAddresses bool`),
  ServicePort: table(`
    1 name string
    2 protocol string
    3 port int
    4 targetPort IntOrString
    5 nodePort int`),
  ServiceStatus: table('1 loadBalancer LoadBalancerStatus'),
  LoadBalancerStatus: table('1 ingress []string'),
  Ingress: table(`
    1 metadata ObjectMeta
    2 spec IngressSpec
    3 status ServiceStatus`),
  IngressSpec: table(`
    1 defaultBackend IngressBackend
    2 tls []IngressTLS
    3 rules []IngressRule
    4 ingressClassName string`),
  IngressTLS: table(`
    1 hosts []string
    2 secretName string`),
  IngressRule: table(`
    1 host string
    2 * IngressRuleValue`),
  IngressRuleValue: table('1 http HTTPIngressRuleValue'),
  HTTPIngressRuleValue: table('1 paths []HTTPIngressPath'),
  HTTPIngressPath: table(`
    1 path string
    2 backend IngressBackend
    3 pathType string`),
  IngressBackend: table('4 service IngressServiceBackend'),
  IngressServiceBackend: table(`
    1 name string
    2 port ServiceBackendPort`),
  ServiceBackendPort: table(`
    1 name string
    2 number int`),
  Job: table(`
    1 metadata ObjectMeta
    2 spec JobSpec
    3 status JobStatus`),
  JobSpec: table(`
    1 parallelism int
    2 completions int
    3 activeDeadlineSeconds int
    4 selector LabelSelector
    5 manualSelector bool
    6 template PodTemplateSpec
    7 backoffLimit int
    8 ttlSecondsAfterFinished int
    9 completionMode string
    10 suspend bool
    14 podReplacementPolicy string
    15 managedBy string`),
  JobStatus: table(`
    4 active int
    5 succeeded int
    6 failed int
    7 completedIndexes string`),
  CronJob: table(`
    1 metadata ObjectMeta
    2 spec CronJobSpec
    3 status CronJobStatus`),
  CronJobSpec: table(`
    1 schedule string
    2 startingDeadlineSeconds int
    3 concurrencyPolicy string
    4 suspend bool
    5 jobTemplate JobTemplateSpec
    6 successfulJobsHistoryLimit int
    7 failedJobsHistoryLimit int
    8 timeZone string`),
  JobTemplateSpec: table(`
    1 metadata ObjectMeta
    2 spec JobSpec`),
  HorizontalPodAutoscaler: table(`
    1 metadata ObjectMeta
    2 spec HorizontalPodAutoscalerSpec
    3 status HorizontalPodAutoscalerStatus`),
  HorizontalPodAutoscalerSpec: table(`
    1 scaleTargetRef CrossVersionObjectReference
    2 minReplicas int
    3 maxReplicas int
    4 metrics []MetricSpec`),
  HorizontalPodAutoscalerStatus: table(`
    1 observedGeneration int
    3 currentReplicas int
    4 desiredReplicas int`),
  CrossVersionObjectReference: table(`
    1 kind string
    2 name string
    3 apiVersion string`),
  MetricSpec: table(`
    1 type string
    4 resource ResourceMetricSource`),
  ResourceMetricSource: table(`
    1 name string
    2 target MetricTarget`),
  MetricTarget: table(`
    1 type string
    2 value Quantity
    3 averageValue Quantity
    4 averageUtilization int`),
  CronJobStatus: new Map(),
  // As v2, but for one field.
  'autoscaling/v1 HorizontalPodAutoscaler': table(`
    1 metadata ObjectMeta
    2 spec HorizontalPodAutoscalerSpecV1
    3 status HorizontalPodAutoscalerStatus`),
  HorizontalPodAutoscalerSpecV1: table(`
    1 scaleTargetRef CrossVersionObjectReference
    2 minReplicas int
    3 maxReplicas int
    4 targetCPUUtilizationPercentage int`),
  ...Object.fromEntries(Object.entries(POD_MESSAGES).map(([name, text]) => [name, table(text)])),
};
