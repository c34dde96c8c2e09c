/** The files of the session: what a user would have in a folder. */
const web = (image: string, replicas: number): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { app: web } }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web }, annotations: { evenkeel.dev/start-up: 1s } }
    spec:
      containers:
        - name: web
          image: ${image}
          ports: [{ containerPort: 8080 }]
          envFrom: [{ configMapRef: { name: settings } }]
          resources: { requests: { cpu: 50m, memory: 32Mi } }
          volumeMounts: [{ name: settings, mountPath: /settings }]
      volumes: [{ name: settings, configMap: { name: settings } }]
`;

const RUN_ONCE = 'evenkeel.dev/start-up: 1s, evenkeel.dev/runs-for: 1s';

export const MANIFESTS: Readonly<Record<string, string>> = {
  'web.yaml': `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { GREETING: hello }
---${web('registry.example/web:1', 2)}---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { minAvailable: 1, selector: { matchLabels: { app: web } } }
`,
  'web2.yaml': web('registry.example/web:2', 3),
  'broken.yaml': web('registry.example/web:1', 1).replace('replicas: 1', 'replica: 1').replace('name: web, labels', 'name: broken, labels'),
  'shared.yaml': `
apiVersion: v1
kind: ConfigMap
metadata: { name: shared }
data: { owner: one }
`,
  'shared-two.yaml': `
apiVersion: v1
kind: ConfigMap
metadata: { name: shared }
data: { owner: two }
`,
  // A request for jane of the group dev; its key was thrown away.
  'jane.yaml': `
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: { name: jane }
spec:
  signerName: kubernetes.io/kube-apiserver-client
  expirationSeconds: 86400
  usages: [client auth]
  request: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIV01IOENBUUF3SFRFTk1Bc0dBMVVFQXd3RWFtRnVaVEVNTUFvR0ExVUVDZ3dEWkdWMk1Ga3dFd1lIS29aSQp6ajBDQVFZSUtvWkl6ajBEQVFjRFFnQUV4TlN3dEprK001M3JLbzF4NG9DZUd4ak5xRStYU2NZN3lBUHlQNmdNClBuMERWRkFqbEx1TjAwd1RqeHhtT2xmOHBPWVk5UHNGd2V3ME1YRTI0bXR4OWFBQU1Bb0dDQ3FHU000OUJBTUMKQTBjQU1FUUNJQWlNcUg2Z2lSNzdHcjdEclpOdXN5VkV5Y0JCL2ZSb1hUcGJnQldaWk9EY0FpQlhRYnc1WG92dgozSWMwbnI4eVQvc3BSYkRWdFJBa0hHT21keEhNZnNGdUZRPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==
`,
  'crashing.yaml': `
apiVersion: v1
kind: Pod
metadata: { name: crashing, annotations: { evenkeel.dev/start-up: 1s, evenkeel.dev/crashes-after: 2s } }
spec: { containers: [{ name: c, image: "registry.example/crashing:1" }] }
---
apiVersion: v1
kind: Pod
metadata: { name: unpulled }
spec: { containers: [{ name: c, image: "registry.example/web:missing" }] }
`,
  'job.yaml': `
apiVersion: batch/v1
kind: Job
metadata: { name: once }
spec:
  template:
    metadata: { annotations: { ${RUN_ONCE} } }
    spec: { restartPolicy: Never, containers: [{ name: c, image: "registry.example/once:1" }] }
`,
  'kustom/kustomization.yaml': 'namespace: demo\nnamePrefix: k-\nresources: [map.yaml]\n',
  'kustom/map.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: map }\ndata: { a: "1" }\n',
};
