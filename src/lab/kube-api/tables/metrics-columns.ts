/** Columns of what the metrics server shows, and of the APIService it is joined by. Source: metrics-server pkg/api/table.go; kube-aggregator's printer. */
import { formatQuantity, parseQuantity, type KubeObject } from '../../../kubernetes/index.ts';
import type { NodeMetrics, PodMetrics } from '../metrics/types.ts';
import { AGE, columns, NAME, type Column } from './_column.ts';

function total(metrics: PodMetrics, resource: 'cpu' | 'memory'): string {
  const amounts = metrics.containers.map(({ usage }) => parseQuantity(usage[resource]));
  const nano = amounts.reduce((sum, amount) => sum + amount.nano, 0n);
  return formatQuantity({ nano, format: resource === 'cpu' ? 'DecimalSI' : 'BinarySI' });
}

interface ApiServiceObject extends KubeObject {
  readonly spec?: { readonly service?: { readonly name: string; readonly namespace: string } };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[] };
}

function availability({ status }: ApiServiceObject): string {
  const found = status?.conditions?.find(({ type }) => type === 'Available');
  return found === undefined || found.status === 'True' ? (found?.status ?? 'Unknown') : `${found.status} (${found.reason ?? ''})`;
}

export const METRICS_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  APIService: columns<ApiServiceObject>(
    NAME,
    ['Service', ({ spec }) => (spec?.service === undefined ? 'Local' : `${spec.service.namespace}/${spec.service.name}`)],
    ['Available', availability],
    AGE,
  ),
  NodeMetrics: columns<NodeMetrics>(
    NAME,
    ['cpu', ({ usage }) => usage.cpu],
    ['memory', ({ usage }) => usage.memory],
    ['Window', ({ window }) => window],
  ),
  PodMetrics: columns<PodMetrics>(
    NAME,
    ['cpu', (metrics) => total(metrics, 'cpu')],
    ['memory', (metrics) => total(metrics, 'memory')],
    ['Window', ({ window }) => window],
  ),
};
