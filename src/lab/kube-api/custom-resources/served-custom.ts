import { groupVersionOf } from '../../../kubernetes/index.ts';
import type { Json } from '../json.ts';
import { sortedJson } from './sorted-json.ts';
import type { CustomResource } from './types.ts';

interface ServedCustom {
  readonly resource: CustomResource;
  readonly toVersion: (object: Json) => Json;
  readonly toStored: (object: Json) => Json;
}

const made = new WeakMap<CustomResource, ServedCustom>();

/** A custom resource as its group version serves it: conversion changes the version alone, and Go writes maps in order. */
export function servedCustom(resource: CustomResource | undefined): ServedCustom | undefined {
  if (resource === undefined) return undefined;
  const known = made.get(resource);
  if (known !== undefined) return known;
  const shown = groupVersionOf(resource);
  const stored = groupVersionOf({ group: resource.group, version: resource.custom.storageVersion });
  const served: ServedCustom = {
    resource,
    toVersion: (object) => sortedJson({ ...object, apiVersion: shown }),
    toStored: (object) => ({ ...object, apiVersion: stored }),
  };
  made.set(resource, served);
  return served;
}
