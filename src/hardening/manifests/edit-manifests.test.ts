import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Change } from '../types.ts';
import { changesWithoutManifest, editManifests } from './edit-manifests.ts';
import { toKustomizePatches } from './kustomize-patches.ts';
import { unifiedDiff } from './unified-diff.ts';

const change = (spec: object, extra: Partial<Change> = {}): Change => ({
  fix: 'test',
  target: { kind: 'Deployment', namespace: 'shop', name: 'web' },
  workload: 'Deployment/shop/web',
  summary: '',
  why: '',
  apply: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, spec },
  creates: false,
  ...extra,
});

const SOURCE = `# the web
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web   # not the api
spec:
  replicas: 1 # for now
  template:
    spec:
      containers:
      - name: web
        image: "web:1"
        args: [ "a",  'b' ]

      # the end
---
kind: Service
metadata: {name: web}
`;

const antiAffinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname' }] } };

describe('editing manifests', () => {
  it('touches only the lines that change', () => {
    const [edit] = editManifests(
      [{ path: 'web.yaml', text: SOURCE }],
      [change({ replicas: 2, template: { spec: { affinity: antiAffinity } } })],
    );
    expect(unifiedDiff(SOURCE, edit?.after ?? '', 'web.yaml')).toBe(`--- a/web.yaml
+++ b/web.yaml
@@ -4,13 +4,17 @@
 metadata:
   name: web   # not the api
 spec:
-  replicas: 1 # for now
+  replicas: 2 # for now
   template:
     spec:
       containers:
       - name: web
         image: "web:1"
         args: [ "a",  'b' ]
+      affinity:
+        podAntiAffinity:
+          requiredDuringSchedulingIgnoredDuringExecution:
+          - topologyKey: kubernetes.io/hostname
 
       # the end
 ---
`);
  });

  it('adds fields that are not there yet, and to containers by name', () => {
    const text =
      'kind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n        - image: x\n          name: web\n';
    const probe = { httpGet: { path: '/', port: 80 } };
    const changes = [change({ replicas: 3 }), change({ template: { spec: { containers: [{ name: 'web', readinessProbe: probe }] } } })];
    const [edit] = editManifests([{ path: 'a', text }], changes);
    expect(edit?.after).toContain('          name: web\n          readinessProbe:\n            httpGet:\n');
    expect(parse(edit?.after ?? '')).toMatchObject({
      spec: { replicas: 3, template: { spec: { containers: [{ image: 'x', readinessProbe: probe }] } } },
    });
  });

  it('writes flow style anew rather than wrongly', () => {
    const text = '{"kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 1}}\n';
    const [edit] = editManifests([{ path: 'a.json', text }], [change({ replicas: 2, strategy: { type: 'Recreate' } })]);
    expect(parse(edit?.after ?? '')).toEqual({
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { replicas: 2, strategy: { type: 'Recreate' } },
    });
  });

  it('appends new objects to the file of their workload', () => {
    const apply = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'web' }, spec: { maxUnavailable: 1 } };
    const create = change({}, { creates: true, target: { kind: 'PodDisruptionBudget', namespace: 'shop', name: 'web' }, apply });
    const [edit] = editManifests(
      [
        { path: 'other', text: 'kind: Job\n' },
        { path: 'web.yaml', text: SOURCE },
      ],
      [create],
    );
    expect(edit?.path).toBe('web.yaml');
    expect(edit?.after.startsWith(SOURCE)).toBe(true);
    expect(edit?.after.slice(SOURCE.length)).toContain('---\napiVersion: policy/v1\n');
  });

  it('leaves objects of other namespaces and broken files alone, and says so', () => {
    const files = [
      { path: 'a', text: 'kind: Deployment\nmetadata: {name: web, namespace: other}\n' },
      { path: 'b', text: 'kind: Deployment\nmetadata:\n  name: {{ web }}\n   bad: [\n' },
    ];
    expect(editManifests(files, [change({ replicas: 2 })])).toEqual([]);
    expect(changesWithoutManifest(files, [change({ replicas: 2 })])).toHaveLength(1);
  });

  it('is the same done twice', () => {
    const changes = [change({ replicas: 2, template: { spec: { affinity: antiAffinity } } })];
    const [edit] = editManifests([{ path: 'a', text: SOURCE }], changes);
    expect(editManifests([{ path: 'a', text: edit?.after ?? '' }], changes)).toEqual([]);
  });
});

describe('kustomize patches', () => {
  it('puts the changes of one object into one patch', () => {
    const files = toKustomizePatches([change({ replicas: 2 }), change({ strategy: { type: 'RollingUpdate' } })]);
    expect(files.map(({ path }) => path)).toEqual(['kustomization.yaml', 'shop-deployment-web.yaml']);
    expect(parse(files[1]?.text ?? '')).toMatchObject({ spec: { replicas: 2, strategy: { type: 'RollingUpdate' } } });
  });
});
