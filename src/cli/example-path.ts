import { fileURLToPath } from 'node:url';

/** The path of a file that ships in the package's `examples/`. The command line's chunks lie in `dist/chunks/`. */
export function examplePath(name: string): string {
  return fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
}
