/** Choosing pods, as several faults do it. */
import { z } from 'zod';
import type { Pod } from '../../kubernetes/index.ts';
import { failed, kind, selectors } from './_activity.ts';
import type { KubernetesContext } from './_activity.ts';

export const POD = kind('Pod');

export const podChoice = {
  label_selector: z.string().nullish().describe('label selector of pods'),
  name_pattern: z.string().nullish().describe('regular expression, found anywhere in the name'),
  all: z.boolean().default(false).describe('all that match'),
  rand: z.boolean().default(false).describe('at random instead of the first'),
  mode: z.string().default('fixed').describe('fixed: qty pods; percentage: qty percent, rounded up'),
  qty: z.number().int().default(1).describe('how many, or how many percent'),
  ns: z.string().default('default').describe('namespace'),
  order: z.string().default('alphabetic').describe('alphabetic or oldest'),
};

type PodChoice = z.infer<z.ZodObject<typeof podChoice>>;

/** The pods that a choice means, in its order. Errors: `TARGET_FAILED` for an unknown mode or order, or a negative quantity. */
export async function choosePods(choice: PodChoice, { client, random, signal }: KubernetesContext): Promise<Pod[]> {
  const { mode, qty, order, rand } = choice;
  if (mode !== 'fixed' && mode !== 'percentage') throw failed(`Cannot select pods. Mode '${mode}' is invalid.`);
  if (order !== 'alphabetic' && order !== 'oldest') throw failed(`Cannot select pods. Order '${order}' is invalid.`);
  if (qty < 0) throw failed(`Cannot select pods. Quantity '${qty}' is negative.`);
  const { items } = await client.list<Pod>(POD, { namespace: choice.ns, ...selectors(choice.label_selector), signal });
  const pattern = choice.name_pattern ? new RegExp(choice.name_pattern) : undefined;
  const matching = items.filter(({ metadata }) => pattern?.test(metadata.name) ?? true);
  if (order === 'oldest') matching.sort((a, b) => createdMs(a) - createdMs(b));
  if (choice.all) return matching;
  const count = mode === 'percentage' ? Math.ceil((qty * matching.length) / 100) : qty;
  return rand ? random.sample(matching, count) : matching.slice(0, count);
}

function createdMs({ metadata }: Pod): number {
  return Date.parse(metadata.creationTimestamp ?? '');
}
