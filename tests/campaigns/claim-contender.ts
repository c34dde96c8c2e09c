/**
 * One of several processes that want the same targets at the same time: for each it claims, looks whether it is alone, and gives back.
 * Arguments: state folder, number of targets. Waits for a line on its input; prints `{taken, refused, together}`.
 */
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EvenkeelError } from '../../src/base/index.ts';
import { openRunStore } from '../../src/experiment/index.ts';

const [stateFolder = '', targets = '0'] = process.argv.slice(2);
const counts = { taken: 0, refused: 0, together: 0 };

console.log('ready');
await new Promise((resolve) => process.stdin.once('data', resolve));
const store = openRunStore(stateFolder);
for (let target = 0; target < Number(targets); target++) await contend(target);
console.log(JSON.stringify(counts));
process.exit(0);

async function contend(target: number): Promise<void> {
  const at = new Date().toISOString();
  const folder = await store.create({ runId: `contender-${process.pid}-${target}`, title: 'T', seed: 's', at });
  try {
    await folder.lock(`vm/${target}`, at);
    counts.taken += 1;
    await stayAlone(join(stateFolder, `inside-${target}`));
  } catch (thrown) {
    if (!(thrown instanceof EvenkeelError) || thrown.code !== 'REFUSED') throw thrown;
    counts.refused += 1;
  } finally {
    await folder.close([]);
  }
}

/** A file that only one can create: whoever finds it is not alone. */
async function stayAlone(path: string): Promise<void> {
  try {
    await (await open(path, 'wx')).close();
  } catch {
    counts.together += 1;
    return;
  }
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  await rm(path);
}
