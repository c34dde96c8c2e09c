/** Kustomizations for `kubectl kustomize` and ours to build: each a folder of files, built at `top` (or `.`). */
export interface KustomizeCase {
  readonly name: string;
  readonly top?: string;
  readonly files: Readonly<Record<string, string>>;
}

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      priorityClassName: high
      imagePullSecrets: [{name: registry}]
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
          - topologyKey: kubernetes.io/hostname
            labelSelector: {matchLabels: {app: web}}
          preferredDuringSchedulingIgnoredDuringExecution:
          - weight: 1
            podAffinityTerm: {topologyKey: zone, labelSelector: {matchLabels: {app: web}}}
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: web}}}
      initContainers:
      - {name: init, image: "busybox:1.36"}
      containers:
      - name: web
        image: nginx:1.25
        args: [a, b]
        ports: [{containerPort: 80, name: http}, {containerPort: 443, name: https}]
        env:
        - {name: ONE, value: "1"}
        - {name: TWO, valueFrom: {configMapKeyRef: {name: settings, key: two}}}
        - {name: PASSWORD, valueFrom: {secretKeyRef: {name: credentials, key: password}}}
        envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: credentials}}]
        volumeMounts: [{name: config, mountPath: /etc/web}, {name: data, mountPath: /data}]
        resources: {requests: {cpu: 100m}}
      - name: sidecar
        image: registry.example:5000/team/sidecar@sha256:0123456789012345678901234567890123456789012345678901234567890123
      volumes:
      - {name: config, configMap: {name: settings}}
      - {name: data, persistentVolumeClaim: {claimName: data}}
      - {name: all, projected: {sources: [{configMap: {name: settings}}, {secret: {name: credentials}}]}}
`;
const SERVICE = `apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: http, name: http}, {port: 443, targetPort: https, name: https}]
`;
const OTHERS = `apiVersion: v1
kind: ServiceAccount
metadata: {name: web}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}, storageClassName: fast}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: disk.csi.azure.com
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: high}
value: 100
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: "postgres:16"}]}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], storageClassName: fast, resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432}]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: job, image: "nginx:1.25", envFrom: [{configMapRef: {name: settings}}]}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: job, image: nginx}]}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  ingressClassName: nginx
  tls: [{hosts: [web.example], secretName: credentials}]
  defaultBackend: {service: {name: web, port: {number: 80}}}
  rules:
  - host: web.example
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress: [{from: [{podSelector: {matchLabels: {app: front}}}]}]
  egress: [{to: [{podSelector: {matchLabels: {app: db}}}]}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {minReplicas: 1, maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: web, namespace: default}, {kind: ServiceAccount, name: default, namespace: default}, {kind: User, name: jane}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules: []
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects: [{kind: ServiceAccount, name: web, namespace: default}]
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: widget}
spec: {items: [{name: a, v: 1}, {name: b, v: 2}], env: [{name: X, value: "1"}]}
`;
const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {two: "2"}\n';
const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata: {name: credentials}\nstringData: {password: x}\n';

const base = { 'web.yaml': DEPLOYMENT, 'service.yaml': SERVICE, 'others.yaml': OTHERS, 'config.yaml': CONFIG, 'secret.yaml': SECRET };
const RESOURCES = 'resources: [web.yaml, service.yaml, others.yaml, config.yaml, secret.yaml]\n';

const plain = (name: string, fields: string, files: Record<string, string> = {}): KustomizeCase => ({
  name,
  files: { ...base, 'kustomization.yaml': `${RESOURCES}${fields}`, ...files },
});
/** The same base under an overlay. */
const overlay = (name: string, fields: string, baseFields = '', files: Record<string, string> = {}): KustomizeCase => ({
  name,
  top: 'overlay',
  files: {
    ...Object.fromEntries(Object.entries(base).map(([file, text]) => [`base/${file}`, text])),
    'base/kustomization.yaml': `${RESOURCES}${baseFields}`,
    'overlay/kustomization.yaml': `resources: [../base]\n${fields}`,
    ...files,
  },
});
/** Without what the generators make. */
const generating = (name: string, fields: string, files: Record<string, string> = {}): KustomizeCase => ({
  name,
  files: { ...base, 'kustomization.yaml': `resources: [web.yaml, service.yaml, others.yaml]\n${fields}`, ...files },
});

const SMP = (body: string): string => `patches:\n- patch: |-\n${body.replace(/^/gm, '    ')}\n`;
const HEAD = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n';
const CONTAINER = (text: string): string => `${HEAD}spec: {template: {spec: {containers: [{name: web, ${text}}]}}}`;

export const KUSTOMIZE_CASES: readonly KustomizeCase[] = [
  plain('nothing at all', ''),
  plain('a namespace', 'namespace: shop\n'),
  plain('a prefix and a suffix', 'namePrefix: pre-\nnameSuffix: -post\n'),
  plain('all names at once', 'namespace: other\nnamePrefix: pre-\nnameSuffix: -post\n'),
  plain('common labels', 'commonLabels: {stage: test, team: books}\n'),
  plain('labels of objects alone', 'labels: [{pairs: {stage: test}}]\n'),
  plain('labels of templates', 'labels: [{pairs: {stage: test}, includeTemplates: true}]\n'),
  plain('labels of selectors', 'labels: [{pairs: {stage: test}, includeSelectors: true}, {pairs: {more: "1"}}]\n'),
  plain('common annotations', 'commonAnnotations: {note: "yes", count: "1"}\n'),
  plain(
    'images',
    'images:\n- {name: nginx, newTag: "1.29"}\n- {name: busybox, newName: registry.example/busybox}\n- {name: postgres, newName: pg, newTag: "17"}\n',
  ),
  plain(
    'images by digest',
    `images:\n- {name: nginx, digest: "sha256:${'ab'.repeat(32)}"}\n- {name: registry.example:5000/team/sidecar, newTag: "2"}\n`,
  ),
  plain('images whose name another has in it', 'images: [{name: team/sidecar, newTag: "9"}, {name: ngin, newTag: "9"}]\n'),
  plain('replicas', 'replicas: [{name: web, count: 5}, {name: db, count: 3}]\n'),
  plain('a merge patch in the file', SMP(`${HEAD}spec: {replicas: 4, template: {spec: {nodeSelector: {disk: ssd}}}}`)),
  plain('a merge patch of containers', SMP(CONTAINER('image: "nginx:2", resources: {limits: {cpu: "1"}}'))),
  plain('a merge patch of the environment', SMP(CONTAINER('env: [{name: ONE, value: "11"}, {name: NEW, value: n}]'))),
  plain(
    'a merge patch that adds containers',
    SMP(`${HEAD}spec: {template: {spec: {containers: [{name: more, image: more}, {name: again, image: a}]}}}`),
  ),
  plain('a merge patch of ports', SMP(CONTAINER('ports: [{containerPort: 80, protocol: TCP, name: web}, {containerPort: 9090}]'))),
  plain(
    'a merge patch of a service',
    SMP(
      'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer, ports: [{port: 80, nodePort: 30080}, {port: 8080, name: more}]}',
    ),
  ),
  plain(
    'a merge patch of volumes',
    SMP(
      `${HEAD}spec: {template: {spec: {volumes: [{name: data, $patch: delete}, {name: tmp, emptyDir: {}}], containers: [{name: web, volumeMounts: [{mountPath: /data, $patch: delete}]}]}}}`,
    ),
  ),
  plain(
    'a merge patch that removes with null',
    SMP(`${HEAD}spec: {template: {spec: {affinity: null, containers: [{name: web, resources: null, args: null}]}}}`),
  ),
  plain('a merge patch that replaces', SMP(`${HEAD}spec: {template: {spec: {affinity: {$patch: replace, nodeAffinity: {}}}}}`)),
  plain(
    'a merge patch that replaces a list',
    SMP(`${HEAD}spec: {template: {spec: {containers: [{$patch: replace}, {name: only, image: only}]}}}`),
  ),
  plain('a merge patch of plain lists', SMP(CONTAINER('args: [c]'))),
  plain('a merge patch that deletes the object', SMP('apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n$patch: delete')),
  plain(
    'a merge patch of a custom resource',
    SMP(
      'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: widget}\nspec: {items: [{name: a, v: 3}], env: [{name: Y, value: "2"}]}',
    ),
  ),
  plain('a merge patch of a config map', SMP('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {three: "3", two: null}')),
  plain(
    'a merge patch of an ingress',
    SMP(
      'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, annotations: {a: b}}\nspec: {rules: [{host: other.example}]}',
    ),
  ),
  plain(
    'a merge patch of tolerations',
    SMP(
      `${HEAD}spec: {template: {spec: {tolerations: [{key: a, operator: Exists}], topologySpreadConstraints: [{topologyKey: zone, maxSkew: 2, whenUnsatisfiable: ScheduleAnyway}]}}}`,
    ),
  ),
  plain('several documents in a patch', `patches: [{path: patch.yaml}]\n`, {
    'patch.yaml': `${HEAD}spec: {replicas: 2}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort}\n`,
  }),
  plain(
    'old merge patches',
    `patchesStrategicMerge:\n- patch.yaml\n- |-\n  apiVersion: v1\n  kind: Service\n  metadata: {name: web}\n  spec: {type: NodePort}\n`,
    {
      'patch.yaml': `${HEAD}spec: {replicas: 2}\n`,
    },
  ),
  plain(
    'a JSON patch',
    'patches:\n- target: {kind: Deployment, name: web}\n  patch: |-\n    - {op: replace, path: /spec/replicas, value: 7}\n    - {op: add, path: /spec/template/spec/containers/0/args/-, value: c}\n    - {op: remove, path: /spec/template/spec/affinity}\n    - {op: add, path: /metadata/annotations, value: {a~b/c: d}}\n',
  ),
  plain('a JSON patch in JSON', 'patches: [{path: patch.json, target: {version: v1, kind: Service}}]\n', {
    'patch.json': '[{"op": "add", "path": "/spec/sessionAffinity", "value": "ClientIP"}]',
  }),
  plain('old JSON patches', 'patchesJson6902: [{target: {group: apps, version: v1, kind: Deployment, name: web}, path: patch.yaml}]\n', {
    'patch.yaml':
      '- op: test\n  path: /spec/replicas\n  value: 1\n- op: copy\n  from: /spec/replicas\n  path: /spec/revisionHistoryLimit\n',
  }),
  plain(
    'a target by pattern',
    'patches:\n- target: {kind: Deployment|StatefulSet, name: "w.*|db"}\n  patch: |-\n    - {op: add, path: /spec/minReadySeconds, value: 5}\n',
  ),
  plain(
    'a target by labels',
    'patches:\n- target: {labelSelector: "app in (web, db)"}\n  patch: |-\n    - {op: add, path: /metadata/labels/seen, value: "yes"}\n',
  ),
  plain(
    'a merge patch with a target',
    'patches:\n- target: {kind: Service}\n  patch: |-\n    apiVersion: v1\n    kind: Service\n    metadata: {name: any, annotations: {all: "1"}}\n',
  ),
  plain('a target that fits nothing', 'patches:\n- target: {kind: Nothing}\n  patch: |-\n    - {op: add, path: /x, value: 1}\n'),
  plain(
    'a patch that changes the name',
    'patches:\n- target: {kind: PodDisruptionBudget}\n  options: {allowNameChange: true}\n  patch: |-\n    apiVersion: policy/v1\n    kind: PodDisruptionBudget\n    metadata: {name: renamed}\n',
  ),
  generating(
    'generated config maps',
    'configMapGenerator: [{name: settings, literals: [two=2, "quoted=\'a b\'", "html=<a&b>"]}]\nsecretGenerator: [{name: credentials, literals: [password=secret]}]\n',
  ),
  generating(
    'generated of files',
    'configMapGenerator: [{name: settings, files: [app.properties, other=app.properties]}]\nsecretGenerator: [{name: credentials, files: [app.properties], type: example.com/x}]\n',
    { 'app.properties': 'a=1\nb=2\n' },
  ),
  generating(
    'generated of environments',
    'configMapGenerator: [{name: settings, envs: [a.env, b.env]}]\nsecretGenerator: [{name: credentials, env: a.env}]\n',
    { 'a.env': '# no\nA=1\n\n  B = 2\nQ="q"\n', 'b.env': 'C=3' },
  ),
  generating(
    'generated of long and foreign texts',
    `configMapGenerator: [{name: settings, literals: ["ünï=cödé", "emoji=🚢 x"]}]\nsecretGenerator: [{name: credentials, literals: [password=${'long'.repeat(60)}]}]\n`.replace(
      'ünï',
      'uni',
    ),
  ),
  generating(
    'generated without a hash',
    'generatorOptions: {disableNameSuffixHash: true, labels: {made: here}, annotations: {by: "us"}}\nconfigMapGenerator: [{name: settings, literals: [two=2]}]\nsecretGenerator: [{name: credentials, literals: [password=x], options: {labels: {own: "1"}}}]\n',
  ),
  generating(
    'generated and immutable',
    'generatorOptions: {immutable: true}\nconfigMapGenerator: [{name: settings, literals: [two=2]}, {name: empty}]\n',
  ),
  generating(
    'generated with every name',
    'namespace: shop\nnamePrefix: pre-\nnameSuffix: -post\ncommonLabels: {stage: test}\ncommonAnnotations: {a: b}\nconfigMapGenerator: [{name: settings, literals: [two=2]}]\nsecretGenerator: [{name: credentials, literals: [password=x]}]\n',
  ),
  overlay(
    'an overlay with everything',
    'namespace: prod\nnamePrefix: prod-\ncommonLabels: {stage: prod}\nimages: [{name: nginx, newTag: "9"}]\nreplicas: [{name: web, count: 4}]\n',
  ),
  overlay('prefixes on prefixes', 'namePrefix: outer-\n', 'namePrefix: inner-\nnameSuffix: -in\n'),
  overlay('a patch by the name of the base', `namePrefix: outer-\n${SMP(`${HEAD}spec: {replicas: 9}`)}`, 'namePrefix: inner-\n'),
  overlay(
    'a patch by the name of the layer',
    `namePrefix: outer-\n${SMP(`${HEAD.replace('web', 'inner-web')}spec: {replicas: 9}`)}`,
    'namePrefix: inner-\n',
  ),
  overlay(
    'replicas and images over a prefix',
    'replicas: [{name: web, count: 3}]\nimages: [{name: nginx, newTag: "3"}]\n',
    'namePrefix: inner-\n',
  ),
  {
    name: 'a generated map merged in the overlay',
    top: 'overlay',
    files: {
      'base/web.yaml': DEPLOYMENT,
      'base/kustomization.yaml':
        'resources: [web.yaml]\nconfigMapGenerator: [{name: settings, literals: [a=1, two=2]}]\nsecretGenerator: [{name: credentials, literals: [password=x]}]\n',
      'overlay/kustomization.yaml':
        'resources: [../base]\nnamePrefix: o-\nconfigMapGenerator: [{name: settings, behavior: merge, literals: [two=3, c=4]}]\nsecretGenerator: [{name: credentials, behavior: replace, literals: [token=y]}]\n',
    },
  },
  {
    name: 'two variants of one base',
    top: '.',
    files: {
      'base/web.yaml': DEPLOYMENT,
      'base/config.yaml': CONFIG,
      'base/kustomization.yaml': 'resources: [web.yaml, config.yaml]\n',
      'a/kustomization.yaml': 'resources: [../base]\nnamePrefix: a-\n',
      'b/kustomization.yaml': 'resources: [../base]\nnamePrefix: b-\n',
      'kustomization.yaml': 'resources: [a, b]\nnameSuffix: -x\n',
    },
  },
  {
    name: 'components',
    top: 'overlay',
    files: {
      'base/web.yaml': DEPLOYMENT,
      'base/config.yaml': CONFIG,
      'base/kustomization.yaml': 'resources: [web.yaml, config.yaml]\n',
      'cache/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [redis.yaml]\nconfigMapGenerator: [{name: cache, literals: [url=redis]}]\n${SMP(CONTAINER('env: [{name: CACHE, value: redis}], envFrom: [{configMapRef: {name: cache}}]'))}`,
      'cache/redis.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: redis}\nspec: {ports: [{port: 6379}]}\n',
      'size/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nreplicas: [{name: web, count: 6}]\ncommonAnnotations: {size: big}\n',
      'overlay/kustomization.yaml':
        'resources: [../base]\ncomponents: [../cache, ../size]\nnamePrefix: o-\ncommonLabels: {stage: x}\nconfigMapGenerator: [{name: own, literals: [a=b]}]\n',
    },
  },
  {
    name: 'old bases',
    top: 'overlay',
    files: {
      'base/web.yaml': DEPLOYMENT,
      'base/kustomization.yaml': 'resources: [web.yaml]\n',
      'overlay/kustomization.yaml': 'bases: [../base]\nnamePrefix: o-\n',
    },
  },
  plain(
    'a replacement of a name',
    'namePrefix: p-\nreplacements:\n- source: {kind: Service, name: web, fieldPath: metadata.name}\n  targets:\n  - select: {kind: Deployment, name: web}\n    fieldPaths: ["spec.template.spec.containers.[name=web].env.[name=ONE].value"]\n',
  ),
  plain(
    'a replacement between delimiters',
    'replacements:\n- source: {kind: Deployment, name: web, fieldPath: "spec.template.spec.containers.0.image", options: {delimiter: ":", index: 1}}\n  targets:\n  - select: {kind: Ingress}\n    fieldPaths: [spec.rules.0.host]\n    options: {delimiter: ".", index: 0}\n',
  ),
  plain(
    'a replacement that makes its field',
    'replacements:\n- source: {kind: ConfigMap, name: settings, fieldPath: data.two}\n  targets:\n  - select: {kind: Deployment}\n    reject: [{name: other}]\n    fieldPaths: ["metadata.annotations.example\\\\.com/two"]\n    options: {create: true}\n',
  ),
  plain('a replacement everywhere in a list', 'replacements:\n- path: replace.yaml\n', {
    'replace.yaml':
      'source: {kind: StorageClass, fieldPath: metadata.name}\ntargets:\n- select: {kind: Widget}\n  fieldPaths: ["spec.items.*.name"]\n',
  }),
  plain('a list', '', {
    'config.yaml': `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: second}}\n`,
  }),
];
