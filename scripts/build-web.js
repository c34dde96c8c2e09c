// Bundles the browser code of the report into one script and one style sheet, to be put into HTML files as text.
import { copyFile, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = resolve(fileURLToPath(import.meta.url), '../..');

/**
 * Writes `report.js` and `report.css` into a folder.
 * @param {string} outDir usually dist/web
 */
export async function buildWeb(outDir) {
  await mkdir(outDir, { recursive: true });
  const bundle = await rolldown({
    input: join(root, 'web/main.tsx'),
    platform: 'browser',
    logLevel: 'warn',
    transform: { target: 'es2022' },
  });
  await bundle.write({ file: join(outDir, 'report.js'), format: 'iife', minify: true, codeSplitting: false });
  await bundle.close();
  await copyFile(join(root, 'web/report.css'), join(outDir, 'report.css'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildWeb(resolve(process.argv[2] ?? join(root, 'dist/web')));
