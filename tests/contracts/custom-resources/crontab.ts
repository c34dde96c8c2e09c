/** Definitions that use what definitions may say; written for these tests. */

/** Two versions, a status, a scale, columns, defaults, rules. */
export const CRON_TAB = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'crontabs.stable.example.com' },
  spec: {
    group: 'stable.example.com',
    scope: 'Namespaced',
    names: { plural: 'crontabs', singular: 'crontab', kind: 'CronTab', shortNames: ['ct'], categories: ['all', 'timers'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: 'A CronTab starts an image at the times that its spec names.',
            required: ['spec'],
            properties: {
              spec: {
                type: 'object',
                description: 'What is wanted.',
                required: ['cronSpec'],
                properties: {
                  cronSpec: {
                    type: 'string',
                    description: 'When it starts, as five fields.',
                    pattern: String.raw`^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$`,
                  },
                  image: { type: 'string', maxLength: 20 },
                  replicas: { type: 'integer', minimum: 0, maximum: 10, default: 1 },
                  maxReplicas: { type: 'integer', nullable: true },
                  policy: { type: 'string', enum: ['Allow', 'Forbid'], default: 'Allow' },
                  port: { 'x-kubernetes-int-or-string': true },
                  since: { type: 'string', format: 'date-time' },
                  env: {
                    type: 'array',
                    maxItems: 3,
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['name'],
                    items: {
                      type: 'object',
                      required: ['name'],
                      properties: { name: { type: 'string' }, value: { type: 'string', default: 'none' } },
                    },
                  },
                  hosts: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
                  labels: { type: 'object', additionalProperties: { type: 'string' } },
                  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                  template: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
                  schedule: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'schedule is immutable' }] },
                },
                'x-kubernetes-validations': [
                  {
                    rule: '!has(self.maxReplicas) || self.replicas <= self.maxReplicas',
                    messageExpression: "'replicas ' + string(self.replicas) + ' is more than ' + string(self.maxReplicas)",
                    fieldPath: '.replicas',
                  },
                ],
              },
              status: {
                type: 'object',
                properties: { replicas: { type: 'integer' }, selector: { type: 'string' }, phase: { type: 'string' } },
              },
            },
          },
        },
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' },
        },
        selectableFields: [{ jsonPath: '.spec.policy' }],
        additionalPrinterColumns: [
          { name: 'Spec', type: 'string', jsonPath: '.spec.cronSpec', description: 'When it starts' },
          { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas' },
          { name: 'Policy', type: 'string', jsonPath: '.spec.policy', priority: 1 },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
      },
      {
        name: 'v1beta1',
        served: true,
        storage: false,
        deprecated: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
} as const;

export const cronTab = (name: string, spec: object = {}): { metadata: { name: string } } & Record<string, unknown> => ({
  apiVersion: 'stable.example.com/v1',
  kind: 'CronTab',
  metadata: { name },
  spec: { cronSpec: '* * * * */5', image: 'awesome', ...spec },
});
