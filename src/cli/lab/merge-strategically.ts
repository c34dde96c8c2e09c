/** Members by which items of lists are told apart. Source: the `x-kubernetes-patch-merge-key`s of Kubernetes' OpenAPI. */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  ports: ['containerPort', 'port'],
  imagePullSecrets: ['name'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey'],
};

type Json = Readonly<Record<string, unknown>>;

/** A strategic merge patch: maps merge, null removes, lists with a merge key merge by it, other lists are replaced; `$patch` is honoured. */
export function mergeStrategically(base: unknown, patch: unknown, member = ''): unknown {
  if (Array.isArray(patch)) return Array.isArray(base) ? mergeLists(base, patch, member) : patch.filter((item) => !isDeletion(item));
  if (!isObject(patch)) return patch;
  const { $patch: directive, ...changes } = patch;
  if (directive === 'delete') return undefined;
  const merged: Record<string, unknown> = directive === 'replace' || !isObject(base) ? {} : { ...base };
  for (const [name, change] of Object.entries(changes)) {
    if (change === null) delete merged[name];
    else {
      const value = mergeStrategically(merged[name], change, name);
      if (value === undefined) delete merged[name];
      else merged[name] = value;
    }
  }
  return merged;
}

function mergeLists(base: readonly unknown[], patch: readonly unknown[], member: string): unknown[] {
  if (patch.some((item) => isObject(item) && item['$patch'] === 'replace')) {
    return patch.filter((item) => !(isObject(item) && item['$patch'] === 'replace'));
  }
  const key = (MERGE_KEYS[member] ?? []).find((name) => patch.every((item) => isObject(item) && item[name] !== undefined));
  if (key === undefined) return [...patch];
  const merged = [...base];
  const added: unknown[] = [];
  for (const item of patch.filter(isObject)) {
    const index = merged.findIndex((candidate) => isObject(candidate) && candidate[key] === item[key]);
    if (index >= 0) merged[index] = mergeStrategically(merged[index], item);
    else if (!isDeletion(item)) added.push(item);
  }
  return [...added, ...merged.filter((item) => item !== undefined)];
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const isDeletion = (item: unknown): boolean => isObject(item) && item['$patch'] === 'delete';
