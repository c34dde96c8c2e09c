/** Faults that Chaos Mesh makes, where it is installed: its objects, created and deleted. */
import { z } from 'zod';
import { kubernetesActivity, namespaceParameter } from './_activity.ts';
import type { KubernetesActivity, KubernetesContext } from './_activity.ts';
import { askForCustomObject, collectionPath } from './_custom-objects.ts';
import { DELETE_UNDO, planDeletion } from './_objects.ts';

const API = { group: 'chaos-mesh.org', version: 'v1alpha1' };
const NETWORK = { plural: 'networkchaos', kind: 'NetworkChaos' };
const STRESS = { plural: 'stresschaos', kind: 'StressChaos' };
type Fault = typeof NETWORK;

/** `a=b,c=d` or an object. */
const labels = z.union([z.string(), z.record(z.string(), z.string())]).nullish();
/** `a,b` or a list. */
const texts = z.union([z.string(), z.array(z.string())]).nullish();
const amount = z.union([z.string(), z.number()]).nullish();

const common = {
  name: z.string(),
  ns: namespaceParameter,
  namespaces_selectors: texts,
  label_selectors: labels,
  annotations_selectors: labels,
  mode: z.string().default('one'),
  mode_value: z.union([z.string(), z.number()]).nullish(),
  direction: z.string().default('to'),
};
const target = {
  external_targets: texts,
  target_mode: z.string().default('one'),
  target_mode_value: z.union([z.string(), z.number()]).nullish(),
  target_namespaces_selectors: texts,
  target_label_selectors: labels,
  target_annotations_selectors: labels,
};

type Labels = z.infer<typeof labels>;
type Texts = z.infer<typeof texts>;

function listOf(value: Texts): string[] | undefined {
  return typeof value === 'string' ? value.split(',').map((text) => text.trim()) : (value ?? undefined);
}

function labelsOf(value: Labels): Record<string, string> | undefined {
  if (typeof value !== 'string') return value ?? undefined;
  return Object.fromEntries(value.split(',').map((pair) => pair.split('=', 2).map((text) => text.trim()) as [string, string])); // of two parts
}

function selectorOf(namespaces: Texts, labelSelectors: Labels, annotations: Labels): object {
  return given({ namespaces: listOf(namespaces), labelSelectors: labelsOf(labelSelectors), annotationSelectors: labelsOf(annotations) });
}

/** Leaves out what is not given. */
function given(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}

const MODES_WITH_VALUE = new Set(['fixed', 'fixed-percent', 'random-max-percent']);
const valueOf = (mode: string, value: string | number | null | undefined): object =>
  MODES_WITH_VALUE.has(mode) && value !== undefined && value !== null ? { value: String(value) } : {};

/** The undo deletes the object, and Chaos Mesh then ends the fault. */
async function create(fault: Fault, name: string, ns: string, spec: object, context: KubernetesContext): Promise<unknown> {
  const collection = { ...API, plural: fault.plural, ns };
  await planDeletion(collectionPath(collection, name), `end ${fault.kind} ${ns}/${name}`, context);
  // `ns` in the metadata means nothing to the server; it stands there as in the requests of the original.
  const body = { apiVersion: `${API.group}/${API.version}`, kind: fault.kind, metadata: { name, ns }, spec };
  return askForCustomObject('create', collectionPath(collection), context, { body });
}

interface NetworkFault<Own extends z.ZodRawShape> {
  readonly func: string;
  readonly summary: string;
  readonly action: string;
  readonly own: Own;
}

function networkFault<Own extends z.ZodRawShape>({ func, summary, action, own }: NetworkFault<Own>): KubernetesActivity {
  const ownSchema = z.object(own);
  const parameters = z.object({ ...common, ...target });
  return kubernetesActivity({
    name: `kubernetes/chaosmesh-${func.replaceAll('_', '-')}`,
    kind: 'action',
    summary: `${summary} By Chaos Mesh; the undo ends it.`,
    aliases: [`chaosk8s.chaosmesh.network.actions.${func}`],
    parameters: z.intersection(parameters, ownSchema),
    permissions: ['networkchaos: get, create'],
    undo: DELETE_UNDO,
    run: async (given_, context) => {
      const args = parameters.parse(given_);
      const spec = {
        action,
        selector: selectorOf(args.namespaces_selectors, args.label_selectors, args.annotations_selectors),
        [action]: given(ownSchema.parse(given_)),
        direction: args.direction,
        mode: args.mode,
        ...valueOf(args.mode, args.mode_value),
        ...given({ externalTargets: listOf(args.external_targets) }),
        target: {
          mode: args.target_mode,
          ...valueOf(args.target_mode, args.target_mode_value),
          selector: selectorOf(args.target_namespaces_selectors, args.target_label_selectors, args.target_annotations_selectors),
        },
      };
      return create(NETWORK, args.name, args.ns, spec, context);
    },
  });
}

const stressCommon = { ...common, duration: z.string().default('30s'), container_names: texts, stressng_stressors: z.string().nullish() };
const stressSchema = z.object(stressCommon);

async function stress(args: z.infer<typeof stressSchema>, stressors: object, context: KubernetesContext): Promise<unknown> {
  const spec = {
    selector: selectorOf(args.namespaces_selectors, args.label_selectors, args.annotations_selectors),
    stressors,
    mode: args.mode,
    ...valueOf(args.mode, args.mode_value),
    duration: args.duration,
    direction: args.direction,
    containerNames: listOf(args.container_names) ?? null,
    ...given({ stressngStressors: args.stressng_stressors }),
  };
  return create(STRESS, args.name, args.ns, spec, context);
}

const stressCpu = kubernetesActivity({
  name: 'kubernetes/chaosmesh-stress-cpu',
  kind: 'action',
  summary: 'Keep the processors of pods busy. By Chaos Mesh; the undo ends it.',
  aliases: ['chaosk8s.chaosmesh.stress.actions.stress_cpu'],
  parameters: z.object({ ...stressCommon, workers: z.number(), load: z.number() }),
  permissions: ['stresschaos: get, create'],
  undo: DELETE_UNDO,
  run: (args, context) => stress(args, { cpu: { workers: args.workers, load: args.load } }, context),
});

const stressMemory = kubernetesActivity({
  name: 'kubernetes/chaosmesh-stress-memory',
  kind: 'action',
  summary: 'Fill the memory of pods. By Chaos Mesh; the undo ends it.',
  aliases: ['chaosk8s.chaosmesh.stress.actions.stress_memory'],
  parameters: z.object({
    ...stressCommon,
    workers: z.number().nullish(),
    size: amount,
    oom_score: z.number().nullish(),
    time_to_get_to_size: z.string().nullish(),
  }),
  permissions: ['stresschaos: get, create'],
  undo: DELETE_UNDO,
  run: (args, context) => {
    const { workers = null, size = null, time_to_get_to_size: time = null, oom_score: oomScoreAdj = null } = args;
    return stress(args, { memory: { workers, size, time, oomScoreAdj } }, context);
  },
});

function deleting(name: string, alias: string, { plural }: Fault): KubernetesActivity {
  return kubernetesActivity({
    name,
    kind: 'action',
    summary: 'End a fault of Chaos Mesh.',
    aliases: [`chaosk8s.chaosmesh.${alias}`],
    parameters: z.object({ name: z.string(), ns: namespaceParameter }),
    permissions: [`${plural}: delete`],
    run: (args, context) => askForCustomObject('delete', collectionPath({ ...API, plural, ns: args.ns }, args.name), context),
  });
}

function getting(name: string, alias: string, { plural }: Fault): KubernetesActivity {
  return kubernetesActivity({
    name,
    kind: 'probe',
    summary: 'A fault of Chaos Mesh.',
    aliases: [`chaosk8s.chaosmesh.${alias}`],
    parameters: z.object({ name: z.string(), ns: namespaceParameter }),
    permissions: [`${plural}: get`],
    run: (args, context) => askForCustomObject('get', collectionPath({ ...API, plural, ns: args.ns }, args.name), context),
  });
}

function listing(name: string, alias: string, { plural }: Fault): KubernetesActivity {
  return kubernetesActivity({
    name,
    kind: 'probe',
    summary: 'The faults of Chaos Mesh in a namespace.',
    aliases: [`chaosk8s.chaosmesh.${alias}`],
    parameters: z.object({ ns: namespaceParameter }),
    permissions: [`${plural}: list`],
    run: ({ ns }, context) => askForCustomObject('list', collectionPath({ ...API, plural, ns }), context),
  });
}

/** One line each. */
export const chaosMeshActivities: readonly KubernetesActivity[] = [
  networkFault({
    func: 'add_latency',
    summary: 'Delay packets.',
    action: 'delay',
    own: { latency: amount, correlation: amount, jitter: amount },
  }),
  networkFault({ func: 'set_loss', summary: 'Lose packets.', action: 'loss', own: { loss: amount, correlation: amount } }),
  networkFault({
    func: 'duplicate_packets',
    summary: 'Send packets twice.',
    action: 'duplicate',
    own: { duplicate: amount, correlation: amount },
  }),
  networkFault({ func: 'corrupt_packets', summary: 'Corrupt packets.', action: 'corrupt', own: { corrupt: amount, correlation: amount } }),
  networkFault({
    func: 'reorder_packets',
    summary: 'Reorder packets.',
    action: 'reorder',
    own: { reorder: amount, correlation: amount, gap: amount },
  }),
  networkFault({
    func: 'set_bandwidth',
    summary: 'Limit the bandwidth.',
    action: 'bandwidth',
    own: { rate: amount, limit: amount, buffer: amount, peakrate: amount, minburst: amount },
  }),
  deleting('kubernetes/chaosmesh-delete-network-fault', 'network.actions.delete_network_fault', NETWORK),
  listing('kubernetes/chaosmesh-get-network-faults', 'network.probes.get_network_faults', NETWORK),
  getting('kubernetes/chaosmesh-get-network-fault', 'network.probes.get_network_fault', NETWORK),
  stressCpu,
  stressMemory,
  deleting('kubernetes/chaosmesh-delete-stressor', 'stress.actions.delete_stressor', STRESS),
  listing('kubernetes/chaosmesh-get-stressors', 'stress.probes.get_stressors', STRESS),
  getting('kubernetes/chaosmesh-get-stressor', 'stress.probes.get_stressor', STRESS),
];
