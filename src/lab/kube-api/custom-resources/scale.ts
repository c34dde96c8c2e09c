/** Replicas of custom resources, where their definition says they are. Source: apiextensions-apiserver pkg/registry/customresource/etcd.go, ScaleREST, 1.36. */
import { copyJson, isObject, type Json } from '../json.ts';
import type { Stored } from '../store.ts';
import { parseJsonPath, valuesAt } from './json-path.ts';
import type { ScalePaths } from './types.ts';

export interface CustomScale {
  readonly replicas: number | undefined;
  readonly statusReplicas: number;
  /** As text; empty where there is none. */
  readonly selector: string;
}

const at = (object: Json, path = ''): unknown => (path === '' ? undefined : valuesAt(object, parseJsonPath(path) ?? [])[0]);
const numberAt = (object: Json, path: string | undefined): number | undefined => {
  const value = at(object, path);
  return typeof value === 'number' ? value : undefined;
};

export function customScaleOf(object: Json, { specReplicasPath, statusReplicasPath, labelSelectorPath }: ScalePaths): CustomScale {
  const selector = at(object, labelSelectorPath);
  return {
    replicas: numberAt(object, specReplicasPath),
    statusReplicas: numberAt(object, statusReplicasPath) ?? 0,
    selector: typeof selector === 'string' ? selector : '',
  };
}

/** A copy of the object with the replicas set. */
export function withReplicas(object: Stored, { specReplicasPath = '' }: ScalePaths, replicas: number): Stored {
  const draft = copyJson(object);
  const keys = specReplicasPath.split('.').filter((key) => key !== '');
  let holder: Json = draft;
  for (const key of keys.slice(0, -1)) {
    const next = holder[key];
    const inner: Json = isObject(next) ? next : {};
    holder[key] = inner;
    holder = inner;
  }
  const last = keys.at(-1);
  if (last !== undefined) holder[last] = replicas;
  return draft;
}
