/** Sequences of events after faults, recorded from running control planes, against our own. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GoldenSuite } from '../golden-suite.ts';
import { compare } from '../timelines/compare.ts';
import { play } from '../timelines/play.ts';
import type { Recording } from '../timelines/recording.ts';

/**
 * One case per event. What is chance in a recording (a heartbeat's age, the phase of periodic passes, ties between equal nodes
 * and between equal victims) is taken from the recording; everything else has to come out by itself.
 */
export const suite: GoldenSuite = {
  name: 'timelines',
  async *run(dir) {
    const folder = readdirSync(dir).includes('timelines') ? join(dir, 'timelines') : dir;
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.json')).sort()) {
      const recording = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recording; // the recordings' form
      yield* compare(recording, await play(recording));
    }
  },
};
