import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string }; // our own manifest

/** Files that take longest, since they wait longest: begun first, nothing waits for them in the end. */
const LONG = ['tests/cli/watchdog.test.ts', 'tests/cli/signals.test.ts', 'tests/cli/undo.test.ts', 'tests/e2e/tour.test.ts'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONG.findIndex((name) => moduleId.endsWith(name));
      return place === -1 ? LONG.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  define: { EVENKEEL_VERSION: JSON.stringify(version) },
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    sequence: { sequencer: LongestFirst },
    // Many tests run in real time: in CI, one that a busy machine disturbed is tried once more, and marked so where it is listed.
    retry: process.env['CI'] === undefined ? 0 : 1,
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          include: [
            'src/**/*.test.ts',
            'web/**/*.test.{ts,tsx}',
            'tests/*.test.ts',
            'tests/{golden,contracts}/**/*.test.ts',
            'tests/e2e/report.test.ts',
          ],
          // A third of them waits for sockets and clocks at any moment: three keep two cores busy.
          maxWorkers: 3,
          // Rooms keep no state of their own, so their tests share what they have loaded: a third of the time.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['tests/cli/**/*.test.ts'],
          // Each waits for its own lab or process half of the time; four of them keep two cores busy.
          maxWorkers: 4,
          // They keep no state but in folders of their own: what starts processes is loaded once.
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'measured',
          include: ['tests/e2e/**/*.test.ts'],
          exclude: ['tests/e2e/report.test.ts'],
          // What is measured in labs faster than the wall clock: each has a processor of its own, and nothing else runs beside the two.
          maxWorkers: 2,
          isolate: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
