import { stringify } from 'yaml';
import type { KubeObject } from '../../kubernetes/index.ts';
import { mergeFields } from '../merge-fields.ts';
import type { Change } from '../types.ts';
import type { ManifestFile } from './edit-manifests.ts';

/**
 * The changes as a kustomize component: one strategic merge patch an object, new objects as resources, and the `kustomization.yaml`
 * that lists them. Use it with `components: [FOLDER]` in an overlay.
 *
 * Source: kustomize documentation, "Components".
 */
export function toKustomizePatches(changes: readonly Change[]): ManifestFile[] {
  const patches = new Map<string, KubeObject>();
  const resources = new Map<string, KubeObject>();
  for (const { target, apply, creates } of changes) {
    const path = `${target.namespace}-${target.kind}-${target.name}.yaml`.toLowerCase();
    const objects = creates ? resources : patches;
    objects.set(path, mergeFields(objects.get(path) ?? {}, apply) as KubeObject); // objects of one kind and name
  }
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1alpha1',
    kind: 'Component',
    ...(resources.size > 0 && { resources: [...resources.keys()] }),
    ...(patches.size > 0 && { patches: [...patches.keys()].map((path) => ({ path })) }),
  };
  const files = [...resources, ...patches].map(([path, object]) => ({ path, text: write(object) }));
  return [{ path: 'kustomization.yaml', text: write(kustomization) }, ...files];
}

const write = (value: unknown): string => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
