import { describe, expect, it } from 'vitest';
import { resourceOf } from '../../../kubernetes/index.ts';
import type { Stored } from '../store.ts';
import { displayPath, fieldsOf } from './field-set.ts';
import { tracker } from './tracker.ts';

const resource = resourceOf('ConfigMap');
if (resource === undefined) throw new Error('config maps are known');
const NOW = Date.parse('2026-01-31T12:00:00Z');

const configMap = (data: Record<string, string>): Stored => ({ metadata: { name: 'a' }, data });
const write = (object: Stored, previous: Stored | undefined, manager: string): Stored => {
  tracker(resource, { manager, nowMs: NOW })(object, previous);
  return object;
};
const owners = ({ metadata }: Stored): unknown => metadata.managedFields?.map(({ manager, fieldsV1 }) => [manager, fieldsV1]);

describe('managed fields', () => {
  it('belong to whoever set them last', () => {
    const first = write(configMap({ x: '1', y: '1' }), undefined, 'one');
    const second = configMap({ x: '2', y: '1' });
    second.metadata.managedFields = first.metadata.managedFields ?? [];
    expect(owners(write(second, first, 'two'))).toEqual([
      ['one', { 'f:data': { '.': {}, 'f:y': {} } }],
      ['two', { 'f:data': { 'f:x': {} } }],
    ]);
  });

  it('go with the field', () => {
    const first = write(configMap({ x: '1', y: '1' }), undefined, 'one');
    expect(owners(write(configMap({ y: '1' }), first, 'two'))).toEqual([['one', { 'f:data': { '.': {}, 'f:y': {} } }]]);
  });

  it('name items of keyed lists by their keys, and are shown as conflicts have them', () => {
    const deployment = resourceOf('Deployment');
    if (deployment === undefined) throw new Error('deployments are known');
    const spec = { template: { spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }] }] } } };
    const shown = [...fieldsOf({ spec }, deployment).keys()].map(displayPath);
    expect(shown).toContain('.spec.template.spec.containers[name="c"].image');
    expect(shown).toContain('.spec.template.spec.containers[name="c"].ports[containerPort=80,protocol="TCP"].containerPort');
  });
});
