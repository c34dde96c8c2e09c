/** Nodes. Source: ValidateNode and ValidateNodeUpdate, pkg/apis/core/validation, 1.36. */
import type { Node } from '../../../kubernetes/index.ts';
import { sameJson } from '../json.ts';
import type { Problems } from '../problems.ts';
import { isIpv6, parseRange, validateRangeOfAddresses } from './_ip-fields.ts';
import { validateLabelName } from './_labels.ts';
import { labelValueProblems } from './_names.ts';
import type { Loose } from './_pod-fields.ts';
import { validateResourceQuantity } from './_quantities.ts';

export type NodeFields = Omit<Loose<Node>, 'metadata'>;
type Spec = NonNullable<NodeFields['spec']>;

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** On updates the server asks what it asks of a new node, and then what it asks of an update: much is told twice. */
export function validateNode(node: NodeFields, problems: Problems, previous?: NodeFields): void {
  const { spec = {} } = node;
  validateTaints(spec, problems);
  validateAmounts(node, problems);
  validatePodRanges(spec, problems);
  if (previous === undefined) return;
  validateAmounts(node, problems);
  validateAddresses(node, problems);
  validateFixed(spec, previous.spec ?? {}, problems);
  validateTaints(spec, problems);
}

function validateTaints({ taints = [] }: Spec, problems: Problems): void {
  for (const [index, { key = '', value = '', effect = '' }] of taints.entries()) {
    const path = `metadata.taints[${index}]`;
    validateLabelName(key, `${path}.key`, problems);
    const texts = labelValueProblems(value);
    if (texts.length > 0) problems.invalid(`${path}.value`, value, texts.join(';'));
    if (effect === '') problems.required(`${path}.effect`);
    else if (!EFFECTS.includes(effect)) problems.unsupported(`${path}.effect`, effect, EFFECTS);
    if (taints.slice(0, index).some((other) => other.key === key && other.effect === effect)) {
      const told = { Key: key, Value: value, Effect: effect, TimeAdded: null };
      problems.duplicate(path, told, 'taints must be unique by key and effect pair');
    }
  }
}

function validateAmounts({ status }: NodeFields, problems: Problems): void {
  for (const part of ['capacity', 'allocatable'] as const) {
    const amounts = (status?.[part] ?? {}) as Readonly<Record<string, string>>; // quantities, the decoder saw to it
    for (const name in amounts) validateResourceQuantity(name, amounts[name] ?? '0', `status.${part}.${name}`, problems);
  }
}

function validatePodRanges({ podCIDRs = [] }: Spec, problems: Problems): void {
  const path = 'spec.podCIDRs';
  for (const [index, range] of podCIDRs.entries()) validateRangeOfAddresses(range, `${path}[${index}]`, problems);
  if (podCIDRs.length < 2) return;
  const newer = podCIDRs.filter((range) => parseRange(range) !== undefined && isIpv6(range.split('/')[0] ?? '')).length;
  if (newer === 0 || newer === podCIDRs.length || podCIDRs.length > 2) {
    problems.invalid(path, podCIDRs, 'may specify no more than one CIDR for each IP family');
  }
  for (const [index, range] of podCIDRs.entries()) if (podCIDRs.indexOf(range) < index) problems.duplicate(`${path}[${index}]`, range);
}

function validateAddresses({ status }: NodeFields, problems: Problems): void {
  const addresses = status?.addresses ?? [];
  for (const [index, address] of addresses.entries()) {
    if (!addresses.slice(0, index).some((other) => sameJson(other, address))) continue;
    problems.duplicate(`status.addresses[${index}]`, { Type: address.type ?? '', Address: address.address ?? '' });
  }
}

function validateFixed(spec: Spec, old: Spec, problems: Problems): void {
  const [before, now] = [old.podCIDRs ?? [], spec.podCIDRs ?? []];
  const told = 'node updates may not change podCIDR except from "" to valid';
  if (before.length > 0 && before.length !== now.length) problems.forbidden('spec.podCIDRs', told);
  else for (const [index, range] of before.entries()) if (range !== now[index]) problems.forbidden('spec.podCIDRs', told);
  if ((old.providerID ?? '') !== '' && old.providerID !== spec.providerID) {
    problems.forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid');
  }
  if ((old.externalID ?? '') !== (spec.externalID ?? '')) problems.forbidden('spec.externalID', 'may not be updated');
}

/** Source: pkg/api/node/util.go. */
export function nodeWarnings({ spec = {} }: NodeFields): string[] {
  return [
    ...(spec.configSource === undefined ? [] : ['spec.configSource: the feature is no longer available']),
    ...((spec.externalID ?? '') === '' ? [] : ['spec.externalID: this field is deprecated, and is unused by Kubernetes']),
  ];
}
