#!/usr/bin/env node
import { version } from '../version.ts';

// Answered here, so that the shortest question costs no more than Node's own start.
const [only, ...rest] = process.argv.slice(2);
if (only === '--version' && rest.length === 0) {
  process.stdout.write(`${version}\n`);
} else {
  const { main } = await import('../main.ts');
  await main('evenkeel', process.argv.slice(2));
}
