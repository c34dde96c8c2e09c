import { z } from 'zod';
import type { ExecOutcome } from '../../clients/index.ts';
import type { Pod } from '../../kubernetes/index.ts';
import { failed, kubernetesActivity } from './_activity.ts';
import { choosePods, podChoice } from './_pods.ts';

const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** A command that fails does not fail the activity: its exit code is in the output, as the Chaos Toolkit's driver has it. */
export const execInPods = kubernetesActivity({
  name: 'kubernetes/exec-in-pods',
  kind: 'action',
  summary: 'Run a command in pods: in the named container, else in the default one.',
  aliases: ['chaosk8s.pod.actions.exec_in_pods'],
  parameters: z.object({
    cmd: z.union([z.string(), z.array(z.string())]).describe('a text as a shell would split it, or a list of words'),
    ...podChoice,
    container_name: z.string().nullish().describe('pods without such a container are left out'),
    request_timeout: z.number().positive().default(60).describe('seconds for each pod'),
  }),
  permissions: ['pods: list', 'pods/exec: create'],
  run: async (args, context) => {
    const command = typeof args.cmd === 'string' ? splitWords(args.cmd) : args.cmd;
    if (command.length === 0) throw failed('A command must be set to run a container');
    const results = [];
    for (const pod of await choosePods(args, context)) {
      const container = containerOf(pod, args.container_name);
      if (container === undefined) continue;
      const { name, namespace = args.ns } = pod.metadata;
      const outcome = await context.client.exec({
        namespace,
        pod: name,
        container,
        command,
        timeoutMs: args.request_timeout * 1000,
        signal: context.signal,
      });
      const { status } = outcome;
      results.push({ pod_name: name, exit_code: exitCodeOf(status), cmd: args.cmd, stdout: outcome.stdout, stderr: status.message ?? '' });
    }
    return results;
  },
});

function containerOf({ metadata, spec }: Pod, wanted: string | null | undefined): string | undefined {
  const names = (spec?.containers ?? []).map(({ name }) => name);
  if (wanted) return names.find((name) => name === wanted);
  const named = metadata.annotations?.[DEFAULT_CONTAINER];
  return names.find((name) => name === named) ?? names[0];
}

/** 0, or the code as the server tells it: a text. */
function exitCodeOf(status: ExecOutcome['status']): number | string {
  if (status.status === 'Success') return 0;
  return status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message ?? 'unknown';
}

/** Splits as a POSIX shell does, without expanding anything. Errors: `TARGET_FAILED` for a quote that is not closed. */
function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (const [part, single, double, escaped, space] of text.matchAll(/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\([^])|(\s+)|[^\s'"\\]+|['"\\]/g)) {
    if (part === "'" || part === '"' || part === '\\') throw failed(`the command has an open ${part}: ${text}`);
    if (space !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + (single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? part);
  }
  return word === undefined ? words : [...words, word];
}
