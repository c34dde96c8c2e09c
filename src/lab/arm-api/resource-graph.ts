/** Resource Graph: what there is, asked for in Kusto. Source: Azure documentation, "Resources - Resources" (REST). */
import type { Random } from '../../base/index.ts';
import { clusterBody } from './_cluster-body.ts';
import { type ArmCall, type ArmOperation, type ArmReply, ArmRefusal, type AzureState, sameName } from './_http.ts';
import { scaleSetBody } from './_instance-body.ts';
import { KqlError, parseKql, type Row, runKql } from './kql/index.ts';

const LARGEST_PAGE = 1000;
const DEFAULT_PAGE = 1000;

function rowsOf(state: AzureState): Row[] {
  const { layout } = state;
  const bodies = [clusterBody(state), ...layout.pools.map((pool) => scaleSetBody(state, pool))];
  return bodies.map((body) => ({
    id: body['id'],
    name: body['name'],
    // The service lower-cases types and resource groups.
    type: String(body['type']).toLowerCase(),
    tenantId: layout.tenantId,
    kind: '',
    location: body['location'],
    resourceGroup: (String(body['id']).split('/')[4] ?? '').toLowerCase(),
    subscriptionId: layout.subscriptionId,
    managedBy: '',
    sku: body['sku'] ?? null,
    plan: null,
    properties: body['properties'],
    tags: body['tags'] ?? null,
    identity: body['identity'] ?? null,
    zones: body['zones'] ?? null,
    extendedLocation: null,
  }));
}

function containersOf({ layout }: AzureState): Row[] {
  const common = { tenantId: layout.tenantId, subscriptionId: layout.subscriptionId, location: layout.location, tags: null };
  const groups = [layout.resourceGroup, layout.nodeResourceGroup].map((name) => ({
    ...common,
    id: `/subscriptions/${layout.subscriptionId}/resourceGroups/${name}`,
    name,
    type: 'microsoft.resources/subscriptions/resourcegroups',
    resourceGroup: name.toLowerCase(),
  }));
  const subscription = {
    ...common,
    id: `/subscriptions/${layout.subscriptionId}`,
    name: 'evenkeel lab',
    type: 'microsoft.resources/subscriptions',
  };
  return [{ ...subscription, resourceGroup: '' }, ...groups];
}

function refuse(code: string, message: string): ArmRefusal {
  return new ArmRefusal(400, {
    code: 'BadRequest',
    message: 'Please provide below info when asking for support: timestamp and correlation id.',
    details: [{ code, message }],
  });
}

function answerOf(query: string, state: AzureState, random: Random): Row[] {
  try {
    const parsed = parseKql(query);
    const table = parsed.table.toLowerCase();
    if (table !== 'resources' && table !== 'resourcecontainers') {
      throw new KqlError(`Table ${parsed.table} was not found`);
    }
    return runKql(parsed, table === 'resources' ? rowsOf(state) : containersOf(state), random);
  } catch (thrown) {
    if (!(thrown instanceof KqlError)) throw thrown;
    if (!thrown.beyondLab) throw refuse('InvalidQuery', `Query is invalid. ${thrown.message}`);
    throw new ArmRefusal(501, { code: 'NotImplemented', message: `The lab's Resource Graph lacks a part of Kusto: ${thrown.message}.` });
  }
}

/** Reads the request; `record` helps with JSON of unknown shape. */
function requestOf(call: ArmCall): { query: string; subscriptions: readonly unknown[] | undefined; options: Record<string, unknown> } {
  const body = record(call.body);
  const { query, subscriptions } = body;
  if (typeof query !== 'string' || query.trim() === '') throw refuse('InvalidQuery', 'Query is required and can not be empty.');
  return { query, subscriptions: Array.isArray(subscriptions) ? subscriptions : undefined, options: record(body['options']) };
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};

function handle(call: ArmCall, state: AzureState): ArmReply {
  const { query, subscriptions, options } = requestOf(call);
  const allowed = subscriptions === undefined || subscriptions.some((id) => sameName(String(id), state.layout.subscriptionId));
  const rows = allowed ? answerOf(query, state, state.random.fork(`graph/${state.count()}`)) : [];
  const token = options['$skipToken'] ?? options['skipToken'];
  const skip = typeof token === 'string' ? offsetOf(token) : Number(options['$skip'] ?? 0);
  const top = Math.min(LARGEST_PAGE, Number(options['$top'] ?? DEFAULT_PAGE));
  const page = rows.slice(skip, skip + top);
  const more = skip + top < rows.length;
  const asTable = typeof options['resultFormat'] === 'string' && options['resultFormat'].toLowerCase() === 'table';
  return {
    status: 200,
    body: {
      totalRecords: rows.length,
      count: page.length,
      resultTruncated: 'false',
      facets: [],
      data: asTable ? tableOf(page) : page,
      ...(more && { $skipToken: Buffer.from(`skip:${skip + top}`).toString('base64') }),
    },
  };
}

function offsetOf(token: string): number {
  const offset = /^skip:(\d+)$/.exec(Buffer.from(token, 'base64').toString())?.[1];
  if (offset === undefined) throw refuse('InvalidSkipToken', 'The skip token is invalid.');
  return Number(offset);
}

function tableOf(rows: readonly Row[]): { columns: { name: string; type: string }[]; rows: unknown[][] } {
  const names = Object.keys(rows[0] ?? {});
  const columns = names.map((name) => ({ name, type: typeOf(rows.map((row) => row[name])) }));
  return { columns, rows: rows.map((row) => names.map((name) => row[name] ?? null)) };
}

function typeOf(values: readonly unknown[]): string {
  const value = values.find((value) => value !== null && value !== undefined);
  if (typeof value === 'number') return 'integer';
  return typeof value === 'string' || typeof value === 'boolean' ? typeof value : 'object';
}

export const resourceGraphOperations: readonly ArmOperation[] = [
  {
    name: 'Resources',
    method: 'POST',
    path: '/providers/Microsoft.ResourceGraph/resources',
    permission: 'Microsoft.ResourceGraph/resources/read',
    handle,
  },
];
