import { describe, expect, it } from 'vitest';
import { apiWith, refusalOf, widget } from './_test-definition.ts';

const NOT_CHECKED = 'Widget.example.com "one" is invalid: ';

/** Schema of `spec.a`, its value, what is said of it. */
const CASES: readonly (readonly [schema: object, value: unknown, words: string])[] = [
  [{ type: 'integer' }, 'x', 'spec.a: Invalid value: "string": spec.a in body must be of type integer: "string"'],
  [{ type: 'integer' }, 1.5, 'spec.a: Invalid value: "number": spec.a in body must be of type integer: "number"'],
  [{ type: 'string' }, 1, 'spec.a: Invalid value: "integer": spec.a in body must be of type string: "integer"'],
  [{ type: 'string', format: 'date-time' }, 1, 'spec.a: Invalid value: "int64": spec.a in body must be of type date-time: "int64"'],
  [{ type: 'object' }, [], 'spec.a: Invalid value: "array": spec.a in body must be of type object: "array"'],
  [{ type: 'boolean' }, 'true', 'spec.a: Invalid value: "string": spec.a in body must be of type boolean: "string"'],
  [
    { 'x-kubernetes-int-or-string': true },
    true,
    'spec.a: Invalid value: "boolean": spec.a in body must be of type integer,string: "boolean"',
  ],
  [{ type: 'string', enum: ['A', 'B'] }, 'C', 'spec.a: Unsupported value: "C": supported values: "A", "B"'],
  [{ type: 'string', pattern: '^a+$' }, 'b', `spec.a: Invalid value: "b": spec.a in body should match '^a+$'`],
  [{ type: 'string', minLength: 2 }, 'b', 'spec.a: Invalid value: "b": spec.a in body should be at least 2 chars long'],
  [{ type: 'string', maxLength: 2 }, 'abc', 'spec.a: Too long: may not be more than 2 bytes'],
  [{ type: 'integer', minimum: 2 }, 1, 'spec.a: Invalid value: 1: spec.a in body should be greater than or equal to 2'],
  [{ type: 'integer', minimum: 2, exclusiveMinimum: true }, 2, 'spec.a: Invalid value: 2: spec.a in body should be greater than 2'],
  [{ type: 'integer', maximum: 2 }, 3, 'spec.a: Invalid value: 3: spec.a in body should be less than or equal to 2'],
  [{ type: 'number', multipleOf: 0.5 }, 0.7, 'spec.a: Invalid value: 0.7: spec.a in body should be a multiple of 0.5'],
  [{ type: 'array', items: { type: 'string' }, minItems: 1 }, [], 'spec.a: Invalid value: 0: spec.a in body should have at least 1 items'],
  [{ type: 'array', items: { type: 'string' }, maxItems: 1 }, ['a', 'b'], 'spec.a: Too many: 2: must have at most 1 item'],
  [
    { type: 'object', additionalProperties: { type: 'string' }, minProperties: 1 },
    {},
    'spec.a: Invalid value: 0: spec.a in body should have at least 1 properties',
  ],
  [{ type: 'object', required: ['b'], properties: { b: { type: 'string' } } }, {}, 'spec.a.b: Required value'],
  [
    { type: 'array', items: { type: 'string' } },
    ['a', 1],
    'spec.a[1]: Invalid value: "integer": spec.a[1] in body must be of type string: "integer"',
  ],
  [{ type: 'string', format: 'ipv4' }, 'x', 'spec.a: Invalid value: "x": spec.a in body must be of type ipv4: "x"'],
  [{ type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } }, ['a', 'a'], 'spec.a[1]: Duplicate value: "a"'],
  [
    { type: 'object', properties: { x: { type: 'string' }, y: { type: 'string' } }, oneOf: [{ required: ['x'] }, { required: ['y'] }] },
    { x: '1', y: '2' },
    '<nil>: Invalid value: "": "spec.a" must validate one and only one schema (oneOf). Found 2 valid alternatives',
  ],
  [{ type: 'string', not: { enum: ['no'] } }, 'no', '<nil>: Invalid value: "": "spec.a" must not validate the schema (not)'],
];

describe('a value of a custom resource', () => {
  it.each(CASES)('of %j that is %j is refused in the words of the API server', async (schema, value, words) => {
    const api = await apiWith({ type: 'object', properties: { a: schema } });
    expect(refusalOf(() => api.createCustom(widget({ a: value })))).toBe(`${NOT_CHECKED}${words}`);
  });

  it.each([
    [{ type: 'string', format: 'duration' }, '1h30m'],
    [{ type: 'integer', nullable: true }, null],
    [{ type: 'number' }, 3],
    [{ 'x-kubernetes-int-or-string': true }, '50%'],
    [{ type: 'string', pattern: '^(?i)[a-z]+$' }, 'abc'],
    [{ type: 'string', format: 'of-its-own' }, 'anything'],
    [{ type: 'string', pattern: '^\\pL[[:alnum:]]+(?s:.)\\z' }, 'éa1\n'],
  ])('of %j that is %j is taken', async (schema, value) => {
    const api = await apiWith({ type: 'object', properties: { a: schema } });
    expect(refusalOf(() => api.createCustom(widget({ a: value })))).toBe('');
  });

  it('that was wrong before the schema was tightened may stay while it does not change', async () => {
    const api = await apiWith({ type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } } });
    api.createCustom(widget({ a: 'long', b: 'x' }));
    api.modify<{ metadata: { name: string }; spec: { versions: { schema: object }[] } }>(
      'CustomResourceDefinition',
      undefined,
      'widgets.example.com',
      (draft) => {
        const properties = { spec: { type: 'object', properties: { a: { type: 'string', maxLength: 2 }, b: { type: 'string' } } } };
        for (const version of draft.spec.versions) version.schema = { openAPIV3Schema: { type: 'object', properties } };
      },
    );
    const write = (spec: object): string =>
      refusalOf(() =>
        api.modify<{ metadata: { name: string }; spec: object }>(
          'widgets.example.com',
          'default',
          'one',
          (draft) => void (draft.spec = spec),
        ),
      );
    expect(write({ a: 'long', b: 'y' })).toBe('');
    expect(write({ a: 'other', b: 'y' })).toContain('spec.a: Too long: may not be more than 2 bytes');
  });
});

describe('an object of a custom resource', () => {
  it('loses what nobody knows, but where everything is kept, and gets its defaults', async () => {
    const api = await apiWith({
      type: 'object',
      properties: {
        count: { type: 'integer', default: 3 },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: { type: 'object', properties: {} } } },
        list: {
          type: 'array',
          items: { type: 'object', properties: { name: { type: 'string' }, mode: { type: 'string', default: 'rw' } } },
        },
        none: { type: 'string' },
        maybe: { type: 'string', nullable: true },
      },
    });
    const told = api.createCustom(
      widget({ countt: 1, free: { a: { b: 1 }, known: { c: 1 } }, list: [{ name: 'n', nam: 1 }], none: null, maybe: null }),
    );
    expect(told).toEqual(['unknown field "spec.countt"', 'unknown field "spec.free.known.c"', 'unknown field "spec.list[0].nam"']);
    expect(api.get<ReturnType<typeof widget>>('widgets.example.com', 'default', 'one')?.spec).toEqual({
      count: 3,
      free: { a: { b: 1 }, known: {} },
      list: [{ name: 'n', mode: 'rw' }],
      maybe: null,
    });
  });

  it('counts changes of everything but metadata, and a status write changes the status alone', async () => {
    const api = await apiWith({ type: 'object', properties: { a: { type: 'string' } } });
    api.createCustom(widget({ a: '1' }));
    const key = 'widgets.example.com';
    const generation = (): number | undefined => api.get(key, 'default', 'one')?.metadata.generation;
    api.modify<ReturnType<typeof widget>>(key, 'default', 'one', (draft) => void (draft.metadata.labels = { x: 'y' }));
    expect(generation()).toBe(1);
    api.modify<ReturnType<typeof widget>>(key, 'default', 'one', (draft) => void (draft.spec = { a: '2' }));
    expect(generation()).toBe(2);
  });

  it.each([
    [{ pattern: '^(([a-z])+.)+[A-Z]([a-z])+$' }, 'a'.repeat(50_000)],
    [{ format: 'duration' }, '1'.repeat(300_000)],
  ])('of %j is looked at in time that grows with the text alone', async (schema, value) => {
    const api = await apiWith({ type: 'object', properties: { a: { type: 'string', ...schema } } });
    const beganMs = process.cpuUsage().user / 1000;
    expect(refusalOf(() => api.createCustom(widget({ a: value })))).toContain('spec.a in body ');
    expect(process.cpuUsage().user / 1000 - beganMs).toBeLessThan(5000);
  });
});
