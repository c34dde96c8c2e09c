import { readFileSync } from 'node:fs';
import { defineConfig } from 'rolldown';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

/** Bundles the command line into lazily loaded chunks: no runtime dependencies, a start close to bare Node. */
export default defineConfig({
  input: {
    'bin/evenkeel': 'src/cli/bin/evenkeel.ts',
    'bin/kubectl-evenkeel': 'src/cli/bin/kubectl-evenkeel.ts',
    'bin/chaos': 'src/cli/bin/chaos.ts',
  },
  platform: 'node',
  transform: { define: { EVENKEEL_VERSION: JSON.stringify(version) }, target: 'node20' },
  output: { dir: 'dist', format: 'esm', chunkFileNames: 'chunks/[name]-[hash].js', minify: 'dce-only' },
});
