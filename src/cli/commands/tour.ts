import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, textOption } from '../command.ts';
import { freshSeed } from '../create-context.ts';
import { playTour } from '../tour/play-tour.ts';

export const tourCommand: Command = {
  description:
    'Plays the whole story on an embedded lab, without any cloud: where the pods sit, what a node failure does, the proof, the hardening, and the same failure again. Leaves a report.',
  options: [
    { flags: '-r, --report <file>', description: 'where the report goes', default: 'evenkeel-report.html' },
    { flags: '--keep <dir>', description: 'keep the journals and the plan in this folder' },
  ],
  examples: [{ command: 'evenkeel tour --seed 7', does: 'the same story again' }],
  run: async ({ options }, context) => {
    const keep = textOption(options, 'keep');
    const folder = keep ?? (await mkdtemp(join(tmpdir(), 'evenkeel-tour-')));
    try {
      return await playTour(
        { folder, seed: context.globals.seed ?? freshSeed(), report: textOption(options, 'report') ?? 'evenkeel-report.html' },
        context,
      );
    } finally {
      if (keep === undefined) await rm(folder, { recursive: true, force: true });
    }
  },
};
