/** Members by which items of lists are told apart; of several the first that all items have. Source: Kubernetes' OpenAPI, list maps. */
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
  secrets: ['name'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey'],
  webhooks: ['name'],
  ownerReferences: ['uid'],
  conditions: ['type'],
  resourceClaims: ['name'],
};
/** Lists whose items have a second key. */
const SECOND_KEYS: Readonly<Record<string, string>> = { ports: 'protocol', topologySpreadConstraints: 'whenUnsatisfiable' };
/** Lists of plain values that are sets. */
const SETS = new Set(['finalizers']);

type Json = Readonly<Record<string, unknown>>;

export interface MergeOptions {
  /** Without one (custom resources) every list is replaced. */
  readonly hasSchema: boolean;
}

/** A strategic merge patch: maps merge, null removes, lists with a merge key merge by it, other lists are replaced; `$patch` is honoured. */
export function mergeStrategically(base: unknown, patch: unknown, options: MergeOptions, member = ''): unknown {
  if (Array.isArray(patch)) {
    return Array.isArray(base) ? mergeLists(base, patch, options, member) : patch.filter((item) => !isDirective(item)).map(withoutNulls);
  }
  if (!isObject(patch)) return patch;
  const { $patch: directive, $retainKeys: _keys, ...changes } = patch;
  if (directive === 'delete') return undefined;
  const merged: Record<string, unknown> = directive === 'replace' || !isObject(base) ? {} : { ...base };
  for (const [name, change] of Object.entries(changes)) {
    if (name.startsWith('$setElementOrder/')) continue;
    if (name.startsWith('$deleteFromPrimitiveList/')) {
      const list = name.slice(name.indexOf('/') + 1);
      const gone = Array.isArray(change) ? change : [];
      if (Array.isArray(merged[list])) merged[list] = merged[list].filter((item) => !gone.includes(item));
    } else if (change === null) delete merged[name];
    else {
      const value = mergeStrategically(merged[name], change, options, name);
      if (value === undefined) delete merged[name];
      else merged[name] = value;
    }
  }
  return merged;
}

function mergeLists(base: readonly unknown[], patch: readonly unknown[], options: MergeOptions, member: string): unknown[] {
  if (patch.some((item) => isObject(item) && item['$patch'] === 'replace')) return patch.filter((item) => !isDirective(item));
  if (options.hasSchema && SETS.has(member)) return [...patch.filter((item) => !base.includes(item)), ...base];
  const keys = options.hasSchema ? (MERGE_KEYS[member] ?? []) : [];
  const key = keys.find((name) => patch.every((item) => isObject(item) && item[name] !== undefined));
  if (key === undefined) return patch.map(withoutNulls);
  const second = SECOND_KEYS[member];
  const isSaid = second !== undefined && [...base, ...patch].some((item) => isObject(item) && item[second] !== undefined);
  return isSaid ? mergeByTwoKeys(base, patch, [key, second], options) : mergeByKey(base, patch, key, options);
}

/** What the patch names comes first, in its order; then what it does not. */
function mergeByKey(base: readonly unknown[], patch: readonly unknown[], key: string, options: MergeOptions): unknown[] {
  const left = [...base];
  const named = patch.filter(isObject).flatMap((item) => {
    const index = left.findIndex((candidate) => isObject(candidate) && candidate[key] === item[key]);
    if (index < 0) return isDirective(item) ? [] : [withoutNulls(item)];
    const [found] = left.splice(index, 1);
    return mergeStrategically(found, item, options) ?? [];
  });
  return [...named, ...left];
}

/**
 * New items come first, the others stay in their places. As in kustomize, an item that says its second key never changes one that does
 * not, nor the other way round: it is lost.
 */
function mergeByTwoKeys(
  base: readonly unknown[],
  patch: readonly unknown[],
  [key, second]: readonly [string, string],
  options: MergeOptions,
): unknown[] {
  const merged = [...base];
  const added: unknown[] = [];
  for (const item of patch.filter(isObject)) {
    const alike = merged.filter(isObject).filter((candidate) => candidate[key] === item[key]);
    const same = alike.find((candidate) => candidate[second] === item[second]);
    if (same) merged[merged.indexOf(same)] = mergeStrategically(same, item, options);
    else if (!isDirective(item) && alike.every((candidate) => (candidate[second] === undefined) === (item[second] === undefined))) {
      added.push(withoutNulls(item));
    }
  }
  return [...added, ...merged.filter((item) => item !== undefined)];
}

/** What is new has nothing that could be removed. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([name, member]) => member !== null && name !== '$patch');
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const isDirective = (item: unknown): boolean => isObject(item) && (item['$patch'] === 'delete' || item['$patch'] === 'replace');
