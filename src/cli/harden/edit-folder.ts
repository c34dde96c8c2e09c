import { mkdir, readdir, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { EvenkeelError, plural } from '../../base/index.ts';
import { type HardeningPlan, changesWithoutManifest, editManifests, toKustomizePatches, unifiedDiff } from '../../hardening/index.ts';
import type { CommandContext } from '../context.ts';

/** Shows the plan as a diff of the user's own manifests, or writes it into them. Errors: `INVALID_INPUT` when nothing there is concerned. */
export async function editFolder(
  path: string,
  plan: HardeningPlan,
  { write }: { readonly write: boolean },
  context: CommandContext,
): Promise<void> {
  const files = await Promise.all(
    (await manifestsUnder(path, context)).map(async (file) => ({ path: file, text: await context.readFile(file) })),
  );
  const edits = editManifests(files, plan.changes).filter((edit) => edit.before !== edit.after);
  if (edits.length === 0 && plan.changes.length > 0) {
    throw new EvenkeelError('INVALID_INPUT', `none of the ${plural(files.length, 'file')} under ${path} holds a workload of the plan`, {
      blame: 'input',
    });
  }
  for (const edit of edits) {
    if (write) await context.writeFile(edit.path, edit.after);
    // Data alone goes to standard output: beside JSON or YAML a diff is a remark.
    else
      (context.globals.output === 'table' ? context.print : context.say)(
        unifiedDiff(edit.before, edit.after, relative(context.cwd, resolve(context.cwd, edit.path))),
      );
  }
  for (const { target, summary } of changesWithoutManifest(files, plan.changes)) {
    context.say(`not in ${path}: ${target.kind} ${target.namespace}/${target.name} (${summary})`);
  }
  if (write) context.say(`${plural(edits.length, 'file')} changed. Next: look at them, then kubectl apply -f ${path}`);
}

/** Writes the plan as kustomize patches. */
export async function writePatches(folder: string, plan: HardeningPlan, context: CommandContext): Promise<void> {
  await mkdir(resolve(context.cwd, folder), { recursive: true });
  const files = toKustomizePatches(plan.changes);
  for (const file of files) await context.writeFile(join(folder, file.path), file.text);
  context.say(`${plural(files.length, 'file')} written to ${folder}.`);
}

async function manifestsUnder(path: string, context: CommandContext): Promise<string[]> {
  const root = resolve(context.cwd, path);
  const info = await stat(root).catch(() => undefined);
  if (!info) throw new EvenkeelError('INVALID_INPUT', `cannot read ${path}: there is no such file or folder`, { blame: 'input' });
  if (info.isFile()) return [root];
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
