export { changesWithoutManifest, editManifests } from './manifests/edit-manifests.ts';
export { toKustomizePatches } from './manifests/kustomize-patches.ts';
export { unifiedDiff } from './manifests/unified-diff.ts';
export { FIXES } from './fixes/index.ts';
export { planHardeningEach } from './plan-hardening.ts';
export type * from './types.ts';
