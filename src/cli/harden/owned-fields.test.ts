import { describe, expect, it } from 'vitest';
import { ownedFields } from './owned-fields.ts';

const object = {
  metadata: {
    name: 'web',
    managedFields: [
      { manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:spec': { 'f:paused': {} } } },
      {
        manager: 'evenkeel',
        operation: 'Apply',
        fieldsV1: {
          'f:spec': {
            'f:replicas': {},
            'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"app"}': { '.': {}, 'f:name': {}, 'f:readinessProbe': {} } } } },
          },
        },
      },
    ],
  },
  spec: {
    replicas: 2,
    paused: false,
    template: {
      spec: {
        containers: [
          { name: 'side', image: 's' },
          { name: 'app', image: 'a', readinessProbe: { periodSeconds: 5 } },
        ],
      },
    },
  },
};

describe('ownedFields', () => {
  it('gives the values of what the manager applied, and nothing of others', () => {
    expect(ownedFields(object, 'evenkeel')).toEqual({
      spec: { replicas: 2, template: { spec: { containers: [{ name: 'app', readinessProbe: { periodSeconds: 5 } }] } } },
    });
  });

  it('gives nothing for a manager that applied nothing', () => {
    expect(ownedFields(object, 'kubectl')).toEqual({});
    expect(ownedFields({ metadata: { name: 'web' } }, 'evenkeel')).toEqual({});
  });
});
