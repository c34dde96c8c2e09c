import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFolder } from './make-folder.ts';

let root: string;
beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), 'make-folder-'))));
afterAll(() => rm(root, { recursive: true, force: true }));

describe('makeFolder', () => {
  it('makes what is missing above it, for this user alone, and may be called again', async () => {
    const path = join(root, 'a', 'b');
    await makeFolder(path);
    await makeFolder(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });

  it('says why where a file stands in the way', async () => {
    await writeFile(join(root, 'file'), '');
    await expect(makeFolder(join(root, 'file', 'x'))).rejects.toMatchObject({ code: 'ENVIRONMENT' });
  });

  it.runIf(process.platform === 'linux')('answers where nothing can be made, instead of never', async () => {
    await expect(makeFolder('/proc/evenkeel/x')).rejects.toMatchObject({ code: 'ENVIRONMENT' });
  });
});
