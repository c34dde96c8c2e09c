import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** The objects of a file with one JSON value a line, compressed when its name ends in .gz. */
export function readJsonLines<T>(path: string): T[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T); // the recordings' README states the shape
}

/** A recording by its bare name: compressed as recorded, or plain as copied into this repository. */
export function readRecording<T>(dir: string, name: string): T[] {
  const compressed = join(dir, `${name}.jsonl.gz`);
  return readJsonLines<T>(existsSync(compressed) ? compressed : join(dir, `${name}.jsonl`));
}
