import { describe, expect, it } from 'vitest';
import { runSource } from './run-source.ts';

const experiment = {
  title: 'T',
  description: 'd',
  method: [],
  configuration: { pool: 'a', region: { type: 'env', key: 'REGION', default: 'x' } },
  secrets: { azure: { client_id: 'an-id', deep: { client_secret: { type: 'env', key: 'SECRET' } } } },
};
const source = (file: string) =>
  runSource(
    { file, experiment, variables: ['pool'], variableFiles: ['v.json'] },
    { env: { SECRET: 'hunter2', KUBECONFIG: '/k' }, cwd: '/here' },
  );

describe('where a run signs in from', () => {
  it('is names and places, no value', () => {
    const { sha256, ...rest } = source('e.yaml');
    expect(rest).toEqual({
      file: '/here/e.yaml',
      variables: ['pool'],
      variableFiles: ['/here/v.json'],
      env: ['SECRET'],
      kubeconfig: '/k',
    });
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(source('e.yaml'))).not.toMatch(/hunter2|an-id/);
  });

  it('leaves out what an address may carry: a password, a signature', () => {
    expect(source('https://me:pass@example.org/e.yaml?sig=abc#x').file).toBe('https://example.org/e.yaml');
  });
});
