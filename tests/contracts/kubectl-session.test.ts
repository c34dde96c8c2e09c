/** An afternoon with the real kubectl on a lab; with every other version: `npm run campaign -- kubectl`. */
import { expect, it } from 'vitest';
import { INSTALLED_KUBECTL } from './_kubectl.ts';
import { playSession } from './kubectl-session/play-session.ts';

it(`a session of kubectl ${INSTALLED_KUBECTL} goes as on a real cluster`, async () => {
  const problems: string[] = [];
  let count = 0;
  for await (const { command, problem } of playSession(INSTALLED_KUBECTL, { whole: false })) {
    count += 1;
    if (problem !== undefined) problems.push(`kubectl ${command}: ${problem}`);
  }
  expect(problems).toEqual([]);
  expect(count).toBeGreaterThanOrEqual(60);
}, 180_000);
