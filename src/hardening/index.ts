export { applyChanges } from './apply-changes.ts';
export { FIXES } from './fixes/index.ts';
export { planHardening } from './plan-hardening.ts';
export { simulateRollout, type RolloutResult, type StuckRollout } from './simulate-rollout.ts';
export type * from './types.ts';
export { changesWithoutManifest, editManifests, type ManifestEdit, type ManifestFile } from './manifests/edit-manifests.ts';
export { toKustomizePatches } from './manifests/kustomize-patches.ts';
export { unifiedDiff } from './manifests/unified-diff.ts';
