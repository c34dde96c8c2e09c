// Runs a TypeScript file on a Node that can not: bundles it into .cache/ and imports the result.
// Usage: node scripts/run.js FILE.ts [arguments]
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const [file, ...rest] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node scripts/run.js FILE.ts [arguments]');
  process.exit(2);
}
await mkdir(join(root, '.cache'), { recursive: true });
const folder = await mkdtemp(join(root, '.cache', 'run-'));
process.once('exit', () => void rm(folder, { recursive: true, force: true }));
const bundle = await rolldown({ input: resolve(file), platform: 'node', external: /^[^./]/, logLevel: 'warn' });
await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs', sourcemap: 'inline' });
process.argv = [process.argv[0] ?? 'node', resolve(file), ...rest];
process.setSourceMapsEnabled(true);
try {
  await import(pathToFileURL(join(folder, basename(file).replace(/\.tsx?$/, '.mjs'))).href);
} finally {
  await rm(folder, { recursive: true, force: true });
}
