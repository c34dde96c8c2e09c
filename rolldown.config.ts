import { defineConfig } from 'rolldown';

/** Bundles the command line into lazily loaded chunks: no runtime dependencies, a start close to bare Node. */
export default defineConfig({
  input: {
    'bin/evenkeel': 'src/cli/bin/evenkeel.ts',
    'bin/kubectl-evenkeel': 'src/cli/bin/kubectl-evenkeel.ts',
    'bin/chaos': 'src/cli/bin/chaos.ts',
  },
  platform: 'node',
  output: {
    dir: 'dist',
    format: 'esm',
    chunkFileNames: 'chunks/[name]-[hash].js',
    minify: { compress: true, mangle: false, codegen: false },
  },
});
