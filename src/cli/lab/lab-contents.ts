import { EvenkeelError } from '../../base/index.ts';
import type { KubeObject } from '../../kubernetes/index.ts';
import type { LabContents } from '../../lab/index.ts';
import { listOption, type OptionSpec, type OptionValues, textOption } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { wholeNumber } from '../whole-number.ts';
import { buildElsewhere } from './build-elsewhere.ts';
import { readPlaceholderValues } from './fill-placeholders.ts';
import { loadManifests } from './load-manifests.ts';
import { readDumpedTwin, readLiveTwin } from './read-twin.ts';

const MOST_NODES = 5_000;
const MOST_PODS = 150_000;
/** What fits on a node. */
const PODS_PER_NODE = 110;
const WORKSHOP_NODES = 3;

/** Options of `lab up` that say what the lab holds. */
export const CONTENTS_OPTIONS: readonly OptionSpec[] = [
  { flags: '-f, --filename <path>', description: 'manifests (file, folder, kustomization) instead of the sample application' },
  {
    flags: '--set <name=value>',
    description: 'a value for a placeholder in the manifests: #{NAME}#, ${NAME}, {{ .Values.NAME }}',
    repeats: true,
  },
  { flags: '--from-dump <file>', description: 'a twin of the cluster in a dump (kubectl get nodes,pods,… -A -o json)' },
  { flags: '--from-cluster', description: 'a twin of the cluster that the kubeconfig points at' },
  { flags: '--nodes <count>', description: 'so many nodes, over three zones' },
  { flags: '--pods <count>', description: 'so many pods that only fill the nodes, instead of the sample application' },
  { flags: '--without-programs', description: 'pods only pretend to run; for thousands of them' },
];

/** Reads what the options name. Result: undefined when the workshop's cluster is meant. Errors: `USAGE`, `INVALID_INPUT`, `UNSUPPORTED`. */
export async function readContents(options: OptionValues, context: CommandContext): Promise<LabContents | undefined> {
  const path = textOption(options, 'filename');
  const dump = textOption(options, 'fromDump');
  const isLive = options['fromCluster'] === true;
  const isTwin = isLive || dump !== undefined;
  const nodes = options['nodes'] === undefined ? undefined : wholeNumber(options, 'nodes', 1, MOST_NODES);
  const pods = options['pods'] === undefined ? undefined : wholeNumber(options, 'pods', 1, MOST_PODS);
  if (isLive && dump !== undefined) throw usage('--from-dump and --from-cluster name two clusters', 'Name one.');
  if (path === undefined && listOption(options, 'set').length > 0)
    throw usage('--set fills in manifests, of which there are none', 'Add -f PATH.');
  if (isTwin && nodes !== undefined) throw usage('a twin has the nodes of its cluster', 'Leave out --nodes.');
  const room = (nodes ?? WORKSHOP_NODES) * PODS_PER_NODE;
  if (pods !== undefined && !isTwin && pods > room) {
    throw usage(
      `${pods} pods do not fit on ${nodes ?? WORKSHOP_NODES} nodes of ${PODS_PER_NODE}`,
      `Take --nodes ${Math.ceil(pods / PODS_PER_NODE)}.`,
    );
  }
  const twin = dump === undefined ? (isLive ? await readLiveTwin(context) : undefined) : await readDumpedTwin(dump, context);
  const manifests = path === undefined ? undefined : await readManifests(path, listOption(options, 'set'), context);
  const contents: LabContents = {
    ...(nodes !== undefined && { nodes }),
    ...(pods !== undefined && { pods }),
    ...(twin && { twin }),
    ...(manifests && { manifests }),
    ...(options['withoutPrograms'] === true && { programs: false }),
  };
  return Object.keys(contents).length === 0 ? undefined : contents;
}

async function readManifests(path: string, given: readonly string[], context: CommandContext): Promise<KubeObject[]> {
  const { cwd, readFile, env, signal, say, style } = context;
  const values = readPlaceholderValues(given);
  const manifests = await loadManifests(path, {
    cwd,
    readFile,
    fill: values.fill,
    async buildElsewhere(folder) {
      const built = await buildElsewhere(folder, { env, signal });
      if (built) say(style.warn(`note: the kustomization has more than this knows; built by ${built.by}`));
      return built && { path, text: built.text };
    },
  });
  const [unused] = values.unused();
  if (unused !== undefined) throw usage(`--set ${unused}: no placeholder has that name`, 'Compare with the names in the manifests.');
  return manifests;
}

/** The options as they stand on a command line, for a lab in a process of its own. */
export function contentsFlags(options: OptionValues): string[] {
  const values = ['filename', 'fromDump', 'nodes', 'pods'].flatMap((name) => {
    const value = textOption(options, name);
    return value === undefined ? [] : [`--${kebab(name)}`, value];
  });
  const set = listOption(options, 'set').flatMap((pair) => ['--set', pair]);
  return [...values, ...set, ...['fromCluster', 'withoutPrograms'].flatMap((name) => (options[name] === true ? [`--${kebab(name)}`] : []))];
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const usage = (message: string, hint: string): EvenkeelError => new EvenkeelError('USAGE', message, { blame: 'input', hint });
