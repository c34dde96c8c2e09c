import { formatDuration, listInWords, plural } from '../../base/index.ts';
import { shortNames } from '../../cluster/index.ts';
import { type Prediction, type Verdict, describeService } from '../../whatif/index.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

const SIGN = { survives: '✓', degraded: '~', down: '✗' } as const;

/** A verdict as a coloured word with a sign. */
export function verdictText(verdict: Verdict, style: Style): string {
  const paint = { survives: style.good, degraded: style.warn, down: style.bad }[verdict];
  return paint(`${SIGN[verdict]} ${verdict}`);
}

/** One row a failure; then, for each that hurts, what happens to services, journeys and pods. */
export function renderPredictions(predictions: readonly Prediction[], style: Style): string {
  const short = shortNames([...new Set(predictions.flatMap((prediction) => prediction.failure.nodes))]);
  const many = predictions.length > MOST_ROWS;
  const shown = many ? predictions.toSorted((a, b) => weight(b) - weight(a)).slice(0, MOST_ROWS) : predictions;
  const rows = shown.map((prediction) => [
    nameOf(prediction, short),
    verdictText(prediction.verdict, style),
    listServices(prediction, 'down'),
    listServices(prediction, 'degraded'),
    prediction.journeys.length === 0
      ? '-'
      : prediction.journeys
          .filter(({ verdict, brokenAlready }) => verdict !== 'survives' || brokenAlready !== undefined)
          .map(
            ({ journey, verdict, brokenAlready }) =>
              `${journey}${brokenAlready !== undefined ? ' (already)' : verdict === 'degraded' ? ' (partly)' : ''}`,
          )
          .join(', ') || 'none',
    podsText(prediction),
  ]);
  const details = shown
    .filter((prediction) => prediction.verdict !== 'survives')
    .slice(0, many ? MOST_DETAILS : MOST_ROWS)
    .flatMap((prediction) => ['', ...renderDetails(prediction, short, style)]);
  return [
    ...renderDownAlready(predictions, style),
    renderTable(['WHEN DOWN', 'VERDICT', 'SERVICES DOWN', 'PARTLY FAILING', 'JOURNEYS BROKEN', 'PODS'], rows),
    ...(many
      ? [`… the ${MOST_ROWS} worst of ${predictions.length}: ${countsOf(predictions)}. One of them: --node NAME; all as data: -o json.`]
      : []),
    ...details,
    ...assumptions(predictions, style),
  ].join('\n');
}

/** What the times rest on, where any are told. */
function assumptions(predictions: readonly Prediction[], style: Style): string[] {
  const settings = predictions.find(({ pods }) => pods.some(({ evictedAtMs }) => evictedAtMs !== undefined))?.settings;
  if (settings === undefined) return [];
  const { nodeMonitorGracePeriodMs, heartbeatPeriodMs, imageMs, readinessMs } = settings;
  const [grace, heartbeat] = [formatDuration(nodeMonitorGracePeriodMs), formatDuration(heartbeatPeriodMs)];
  const start = 'a replacement starts as fast as the fastest of its workload did, its image included';
  const unknown = `where none tells: its probes' delays, else ${formatDuration(readinessMs)}, and ${formatDuration(imageMs)} for the image`;
  return [
    '',
    style.dim(
      `Times assume: a silent node is given up after ${grace} (heartbeats every ${heartbeat}: some seconds more or less); ${start} (${unknown}).`,
    ),
  ];
}

/** Of thousands of failures the worst tell enough. */
const MOST_ROWS = 40;
const MOST_DETAILS = 5;
/** And of one failure so many services, journeys and pods each. */
const MOST_LINES = 20;
const MOST_PLACES = 12;

/** By the verdict, then by how many services are hit. */
function weight({ verdict, services, pods }: Prediction): number {
  const down = services.filter((impact) => impact.verdict === 'down').length;
  return ['survives', 'degraded', 'down'].indexOf(verdict) * 1e9 + down * 1e6 + services.length * 1e3 + pods.length;
}

function countsOf(predictions: readonly Prediction[]): string {
  const count = (verdict: Verdict): number => predictions.filter((prediction) => prediction.verdict === verdict).length;
  return `${count('down')} take a service down, ${count('degraded')} degrade one, ${count('survives')} are survived`;
}

/** What no failure is to blame for, before anything else. */
export function renderDownAlready([first]: readonly Prediction[], style: Style): string[] {
  const services = first?.downAlready ?? [];
  if (services.length === 0) return [];
  const journeys = (first?.journeys ?? []).filter(({ brokenAlready }) => brokenAlready !== undefined).map(({ journey }) => journey);
  const broken = journeys.length === 0 ? '' : ` Broken by that: ${plural(journeys.length, 'journey')} (${listInWords(journeys)}).`;
  return [
    `${style.bad('Down already, before any failure')}: ${listInWords(services.map(plainName))} (no ready endpoint). No verdict below counts this.${broken}`,
    '',
  ];
}

function nameOf(prediction: Prediction, short: (name: string) => string): string {
  const nodes = prediction.failure.nodes.map((node) => short(node));
  return prediction.failure.kind === 'zone' ? `zone ${prediction.failure.zone}` : nodes.join(' + ');
}

function headingOf(prediction: Prediction, short: (name: string) => string): string {
  const { kind, nodes } = prediction.failure;
  if (kind === 'zone') return `Zone ${prediction.failure.zone}`;
  return `${nodes.length === 1 ? 'Node' : 'Nodes'} ${nameOf(prediction, short)}`;
}

const plainName = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

function listServices(prediction: Prediction, verdict: Verdict): string {
  const names = prediction.services.filter((impact) => impact.verdict === verdict).map((impact) => plainName(impact.service));
  if (names.length === 0) return '-';
  return names.length > 4 ? `${names.slice(0, 3).join(', ')} +${names.length - 3}` : names.join(', ');
}

function podsText(prediction: Prediction): string {
  const pending = prediction.pods.filter((pod) => pod.fate === 'pending').length;
  const stuck = prediction.pods.filter((pod) => pod.fate === 'stuck').length;
  const notes = [...(pending > 0 ? [`${pending} pending`] : []), ...(stuck > 0 ? [`${stuck} stuck`] : [])];
  return `${prediction.pods.length} lost${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`;
}

function renderDetails(prediction: Prediction, short: (name: string) => string, style: Style): string[] {
  const lines = [style.bold(`${headingOf(prediction, short)} down:`)];
  const hurt = prediction.services
    .filter((candidate) => candidate.verdict !== 'survives')
    .toSorted((a, b) => (a.verdict === b.verdict ? 0 : a.verdict === 'down' ? -1 : 1));
  lines.push(...capped(hurt.map((impact) => `  ${verdictText(impact.verdict, style)}  ${describeService(impact)}`)));
  const journeys = prediction.journeys.filter((candidate) => candidate.verdict !== 'survives');
  lines.push(
    ...capped(
      journeys.map(
        (journey) =>
          `  journey ${journey.journey}: ${verdictText(journey.verdict, style)} because of ${journey.because.map(plainName).join(', ')}`,
      ),
    ),
  );
  const landings = prediction.pods.filter((pod) => pod.replacement?.node !== undefined);
  if (landings.length > 0) {
    const places = landings.map((pod) => `${plainName(pod.workload)} -> ${short(pod.replacement?.node ?? '')}`);
    const left = places.length > MOST_PLACES ? ` and ${places.length - MOST_PLACES} more` : '';
    lines.push(`  comes back: ${places.slice(0, MOST_PLACES).join(', ')}${left} (ready after ${spanOfReady(prediction)})`);
  }
  const lost: string[] = [];
  for (const pod of prediction.pods) {
    if (pod.replacement !== undefined && pod.replacement.node === undefined)
      lost.push(`  ${style.bad('stays Pending')}: ${plainName(pod.workload)}: ${pod.replacement.message}`);
    else if (pod.fate === 'stuck') lost.push(`  ${style.bad('not replaced')} until the node returns: ${pod.name}`);
  }
  return [...lines, ...capped(lost)];
}

const capped = (lines: readonly string[]): readonly string[] =>
  lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), `  … and ${lines.length - MOST_LINES} more (all: -o json)`] : lines;

function spanOfReady(prediction: Prediction): string {
  const times = prediction.pods.flatMap((pod) => (pod.replacement?.node === undefined ? [] : [pod.replacement.readyAtMs]));
  const [least, most] = [Math.min(...times), Math.max(...times)];
  return most - least < 1000 ? formatDuration(most) : `${formatDuration(least)} to ${formatDuration(most)}`;
}
