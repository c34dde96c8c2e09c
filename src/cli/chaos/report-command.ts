/** `chaos report JOURNAL… REPORT`. Source of the options: chaostoolkit-compat.md h. */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import { isObject, readJson } from '../../experiment/index.ts';
import type { Journal } from '../../experiment/index.ts';
import { renderReport } from '../commands/report.ts';
import type { Session } from './run-command.ts';

export interface ReportFlags {
  readonly title: string;
  readonly exportFormat: string;
}

/** Makes one report of journals. Result: 0; 1 when a journal can not be read. Errors: `USAGE`. */
export async function reportCommand({ io, console }: Session, paths: readonly string[], flags: ReportFlags): Promise<number> {
  const output = paths.at(-1);
  const journals = paths.slice(0, -1);
  if (output === undefined || journals.length === 0) {
    throw new EvenkeelError('USAGE', "Missing argument 'REPORT'.", { blame: 'input', hint: 'chaos report JOURNAL… REPORT' });
  }
  if (flags.exportFormat === 'pdf') {
    throw new EvenkeelError('USAGE', 'PDF is not written here', {
      blame: 'input',
      hint: 'Write html5, open it in a browser and print it.',
    });
  }
  try {
    const runs = journals.map((path) => ({ label: basename(path, '.json'), journal: readJournal(resolve(io.cwd, path), path) }));
    const input = { title: flags.title, runs, generatedAt: new Date(io.clock.now()).toISOString() };
    const text = await renderReport(input, flags.exportFormat === 'markdown' ? 'md' : 'html');
    writeFileSync(resolve(io.cwd, output), text);
    io.stdout(`Report generated as '${output}'\n`);
    return 0;
  } catch (thrown) {
    console.write('ERROR', messageOf(thrown));
    return 1;
  }
}

function readJournal(file: string, name: string): Journal {
  const journal = readJson(readFileSync(file, 'utf8'));
  if (!isObject(journal) || !isObject(journal['experiment']) || !Array.isArray(journal['run'])) {
    throw new EvenkeelError('INVALID_INPUT', `${name} is no journal`, { blame: 'input' });
  }
  // The report copes with whatever else is missing.
  return journal as unknown as Journal;
}
