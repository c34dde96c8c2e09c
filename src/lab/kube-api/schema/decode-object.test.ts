import { describe, expect, it } from 'vitest';
import { duplicateFields } from '../http/duplicate-fields.ts';
import { decodeObject } from './decode-object.ts';

const decode = (spec: Record<string, unknown>): ReturnType<typeof decodeObject> =>
  decodeObject({ kind: 'Deployment', spec }, 'apps/v1', 'Deployment');

describe('decoding', () => {
  it('drops and tells unknown fields, the inner ones first', () => {
    const template = { spec: { containers: [{ name: 'c', imagePullpolicy: 'Always' }] } };
    const { object, warnings } = decode({ replica: 1, template });
    expect(warnings).toEqual(['unknown field "spec.template.spec.containers[0].imagePullpolicy"', 'unknown field "spec.replica"']);
    expect(object['spec']).toEqual({ template: { spec: { containers: [{ name: 'c' }] } } });
  });

  it.each([
    [{ replicas: 'two' }, 'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32'],
    [
      { template: { spec: { containers: [{ name: 'c', resources: { requests: { cpu: 'lots' } } }] } } },
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    [{ template: { spec: { overhead: { cpu: '1kk' } } } }, "unable to parse quantity's suffix"],
    [{ template: { spec: { overhead: { cpu: '1e' } } } }, "unable to parse quantity's suffix"],
    [
      { template: { spec: { overhead: { cpu: '1.2.3' } } } },
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
  ])('refuses %j', (spec, message) => {
    expect(() => decode(spec)).toThrow(`Deployment in version "v1" cannot be handled as a Deployment: ${message}`);
  });

  it('takes every suffix that there is, and blanks around an amount', () => {
    const overhead = { a: '1', b: '.5', c: '2.', d: '1e3', e: '1E', f: '3Ei', g: '-1e-2', h: 7, i: ' 8Gi ', j: '1u' };
    const { object } = decode({ template: { spec: { overhead } } });
    const texts = { ...overhead, h: '7', i: '8Gi' };
    expect(object['spec']).toEqual({ template: { spec: { overhead: texts } } });
  });

  it('finds members named twice, however deep', () => {
    expect(duplicateFields('{"a": {"b": 1, "b": "}\\""}, "l": [1, {"c": null, "c": 2}], "a": true}')).toEqual([
      'duplicate field "a.b"',
      'duplicate field "l[1].c"',
      'duplicate field "a"',
    ]);
  });
});
