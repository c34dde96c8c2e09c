// Builds dist/: the command line in lazy chunks, the browser code, and the notices of what was bundled.
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import config from '../rolldown.config.js';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const dist = join(root, 'dist');

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const { output, ...input } = config;
const bundle = await rolldown({ ...input, cwd: root });
const { output: chunks } = await bundle.write(output);
for (const chunk of chunks) {
  if (chunk.type === 'chunk' && chunk.isEntry) await chmod(join(dist, chunk.fileName), 0o755);
}
if (existsSync(join(root, 'scripts/build-web.js'))) {
  const { buildWeb } = await import('./build-web.js');
  await buildWeb(join(dist, 'web'));
}
await mkdir(join(dist, 'schemas'));
for (const format of ['experiment', 'journey']) {
  await writeFile(join(dist, `schemas/${format}.json`), execFileSync(process.execPath, [join(dist, 'bin/evenkeel.js'), 'schema', format]));
}
await writeFile(
  join(dist, 'THIRD_PARTY_NOTICES.md'),
  await notices(chunks.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []))),
);

/** The licences of the packages whose code went into the bundle. */
async function notices(moduleIds) {
  const folders = new Set();
  for (const id of moduleIds) {
    const match = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id);
    if (match) folders.add(match[1]);
  }
  const parts = ['# Third-party notices\n\nThe bundle contains code of these packages.\n'];
  for (const folder of [...folders].sort((a, b) => a.localeCompare(b))) {
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const names = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'LICENCE', 'license', 'license.md', 'License.txt'];
    const file = names.find((name) => existsSync(join(folder, name)));
    const text = file === undefined ? '(no licence file in the package)' : (await readFile(join(folder, file), 'utf8')).trim();
    parts.push(`## ${manifest.name} ${manifest.version} (${manifest.license})\n\n\`\`\`\n${text}\n\`\`\`\n`);
  }
  return parts.join('\n');
}
