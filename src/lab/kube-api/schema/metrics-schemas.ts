/** What `metrics.k8s.io` serves. Source: metrics-server 0.8, pkg/api/generated/openapi. */
import type { Schema } from './schemas.ts';

const META = '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1';
const HOME = 'io.k8s.metrics.pkg.apis.metrics.v1beta1';
const GROUP = 'metrics.k8s.io';

interface Described extends Schema {
  readonly description: string;
}

const text = (description: string): Described => ({ type: 'string', description });
const API_VERSION = text('APIVersion defines the versioned schema of this representation of an object.');
const KIND = text('Kind is a string value representing the REST resource this object represents.');
const reference = (name: string): Schema => ({ allOf: [{ $ref: name }] });
const USAGE: Schema = {
  type: 'object',
  additionalProperties: { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.api.resource.Quantity' },
};

const kind = (name: string, properties: Schema['properties'], required: readonly string[]): [string, Schema] => [
  `${HOME}.${name}`,
  {
    type: 'object',
    required,
    properties: { apiVersion: API_VERSION, kind: KIND, ...properties },
    'x-kubernetes-group-version-kind': [{ group: GROUP, version: 'v1beta1', kind: name }],
  },
];

const measured = (more: Schema['properties']): NonNullable<Schema['properties']> => ({
  metadata: reference(`${META}.ObjectMeta`),
  timestamp: reference(`${META}.Time`),
  window: reference(`${META}.Duration`),
  ...more,
});
const listOf = (name: string): NonNullable<Schema['properties']> => ({
  metadata: reference(`${META}.ListMeta`),
  items: { type: 'array', items: { $ref: `#/components/schemas/${HOME}.${name}` } },
});

export const METRICS_SCHEMAS: Readonly<Record<string, Schema>> = Object.fromEntries([
  kind('NodeMetrics', measured({ usage: USAGE }), ['timestamp', 'window', 'usage']),
  kind('NodeMetricsList', listOf('NodeMetrics'), ['items']),
  kind(
    'PodMetrics',
    measured({
      containers: { type: 'array', items: { $ref: `#/components/schemas/${HOME}.ContainerMetrics` }, 'x-kubernetes-list-type': 'atomic' },
    }),
    ['timestamp', 'window', 'containers'],
  ),
  kind('PodMetricsList', listOf('PodMetrics'), ['items']),
  [`${HOME}.ContainerMetrics`, { type: 'object', required: ['name', 'usage'], properties: { name: { type: 'string' }, usage: USAGE } }],
  ['io.k8s.apimachinery.pkg.apis.meta.v1.Duration', { type: 'string' }],
]);
