import { describe, expect, it } from 'vitest';
import { schemaOf } from '../schema/schemas.ts';
import { ApiError } from '../types.ts';
import { strategicMergePatch } from './strategic-merge.ts';

const schema = schemaOf('v1', 'Pod') ?? {};
const pod = { spec: { containers: [{ name: 'a', image: '1' }], tolerations: [{ key: 'x' }], nodeSelector: { disk: 'ssd', zone: 'a' } } };

describe('a strategic merge patch', () => {
  it.each([
    ['merges a list by its key', { containers: [{ name: 'a', image: '2' }] }, { containers: [{ name: 'a', image: '2' }] }],
    [
      'puts new items first',
      { containers: [{ name: 'b', image: '1' }] },
      {
        containers: [
          { name: 'b', image: '1' },
          { name: 'a', image: '1' },
        ],
      },
    ],
    ['deletes an item', { containers: [{ name: 'a', $patch: 'delete' }] }, { containers: [] }],
    ['replaces a list', { containers: [{ $patch: 'replace' }, { name: 'z' }] }, { containers: [{ name: 'z' }] }],
    ['replaces a list without a key', { tolerations: [{ key: 'y' }] }, { tolerations: [{ key: 'y' }] }],
    ['takes a member away by null', { nodeSelector: { disk: null } }, { nodeSelector: { zone: 'a' } }],
    ['keeps only the named members', { nodeSelector: { $retainKeys: ['zone'] } }, { nodeSelector: { zone: 'a' } }],
    ['replaces a map', { nodeSelector: { $patch: 'replace', disk: 'hdd' } }, { nodeSelector: { disk: 'hdd' } }],
    [
      'orders as it is told',
      { '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }], containers: [{ name: 'b' }] },
      { containers: [{ name: 'a', image: '1' }, { name: 'b' }] },
    ],
  ])('%s', (_what, patch, expected) => {
    expect(strategicMergePatch(pod, { spec: patch }, schema)).toEqual({ spec: { ...pod.spec, ...expected } });
  });

  it('refuses a directive that it does not know', () => {
    expect(() => strategicMergePatch(pod, { spec: { $patch: 'nope' } }, schema)).toThrow(ApiError);
  });
});
