import { EvenkeelError } from '../../base/index.ts';
import type { SendArm } from './create-arm-client.ts';

const PATH = '/providers/Microsoft.ResourceGraph/resources';
const API_VERSION = '2022-10-01';
/** 1000 rows a page: no subscription has more pages than this. */
const MOST_PAGES = 1000;

/** Asks Resource Graph and reads all pages. Errors: `TARGET_FAILED` when the service cut the answer short without a way to go on. */
export async function queryGraph(
  send: SendArm,
  subscriptionId: string,
  query: string,
  signal?: AbortSignal,
): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  let skipToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const options = { resultFormat: 'table', ...(skipToken !== undefined && { $skipToken: skipToken }) };
    const body = { subscriptions: [subscriptionId], query, options };
    const answer = record((await send('POST', PATH, { apiVersion: API_VERSION, body, ...(signal && { signal }) })).body);
    rows.push(...rowsOf(answer['data']));
    const next = answer['$skipToken'];
    if (typeof next === 'string' && next !== '') skipToken = next;
    else if (String(answer['resultTruncated']) === 'true') throw cutShort(rows.length, answer['totalRecords']);
    else return rows;
  }
  throw cutShort(rows.length, undefined);
}

function cutShort(read: number, total: unknown): EvenkeelError {
  return new EvenkeelError(
    'TARGET_FAILED',
    `Resource Graph gave ${read} rows${typeof total === 'number' ? ` of ${total}` : ''} and no way to read on`,
    {
      blame: 'input',
      hint: 'Let the filter keep the id column (no project without id), or narrow it.',
    },
  );
}

/** `{columns, rows}` as objects by column name. */
function rowsOf(data: unknown): Record<string, unknown>[] {
  const { columns, rows } = record(data);
  if (!Array.isArray(columns) || !Array.isArray(rows)) return [];
  const names = columns.map((column) => String(record(column)['name']));
  return rows.filter(Array.isArray).map((row: unknown[]) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? null])));
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
