import { describe, expect, it } from 'vitest';
import { apiWith, definition, newApi, refusalOf, widget } from './_test-definition.ts';

const PREFIX = 'Widget.example.com "one" is invalid: ';
const rules = (...list: readonly object[]): object => ({ 'x-kubernetes-validations': list });
const numbers = { min: { type: 'integer' }, max: { type: 'integer' } };

describe('a rule of a definition', () => {
  it.each([
    [{ rule: 'self.min <= self.max' }, 'spec: Invalid value: "object": failed rule: self.min <= self.max'],
    [{ rule: 'self.min <= self.max', message: 'too small' }, 'spec: Invalid value: "object": too small'],
    [{ rule: 'self.min <= self.max', reason: 'FieldValueForbidden', message: 'no' }, 'spec: Forbidden: no'],
    [{ rule: 'self.min <= self.max', fieldPath: '.min', message: 'no' }, 'spec.min: Invalid value: "object": no'],
    [
      { rule: 'self.min <= self.max', messageExpression: '"min is " + string(self.min)', message: 'unused' },
      'spec: Invalid value: "object": min is 5',
    ],
    [{ rule: 'self.min / 0 == 1' }, 'spec: Invalid value: "object": division by zero evaluating rule: self.min / 0 == 1'],
  ])('%j that does not hold is told', async (rule, words) => {
    const api = await apiWith({ type: 'object', properties: numbers, ...rules(rule) });
    expect(refusalOf(() => api.createCustom(widget({ min: 1, max: 2 })))).toBe(
      JSON.stringify(rule).includes('/ 0') ? `${PREFIX}${words}` : '',
    );
    expect(refusalOf(() => api.createCustom(widget({ min: 5, max: 2 })))).toBe(`${PREFIX}${words}`);
  });

  it('is not run while the object is wrong in itself', async () => {
    const api = await apiWith({ type: 'object', properties: numbers, ...rules({ rule: 'self.min <= self.max' }) });
    const told = refusalOf(() => api.createCustom(widget({ min: 'x', max: 2 })));
    expect(told).toContain(
      '<nil>: Invalid value: "null": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    );
  });

  it('compares with what was before, in lists by their keys', async () => {
    const item = { type: 'object', required: ['name'], properties: { name: { type: 'string' }, size: { type: 'integer' } } };
    const list = { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] };
    const grows = rules({ rule: 'self.size >= oldSelf.size', message: 'may only grow' });
    const api = await apiWith({ type: 'object', properties: { list: { ...list, items: { ...item, ...grows } } } });
    api.createCustom(
      widget({
        list: [
          { name: 'a', size: 1 },
          { name: 'b', size: 5 },
        ],
      }),
    );
    const write = (next: object): string =>
      refusalOf(() =>
        api.modify<ReturnType<typeof widget>>('widgets.example.com', 'default', 'one', (draft) => void (draft.spec = { list: next })),
      );
    expect(write([{ name: 'b', size: 6 }])).toBe('');
    expect(write([{ name: 'c', size: 0 }])).toBe('');
    expect(write([{ name: 'c', size: -1 }])).toBe(`${PREFIX}spec.list[0]: Invalid value: "object": may only grow`);
  });

  it.each([
    ['has(self.text) && self.text.startsWith("a")', { text: 'abc' }, true],
    ['self.tags.all(t, t.size() < 3) && self.tags.exists_one(t, t == "a")', { tags: ['a', 'bb'] }, true],
    ['self.tags.isSorted() && self.tags.indexOf("b") == 1', { tags: ['a', 'b'] }, true],
    ['quantity(self.text).isLessThan(quantity("2Gi"))', { text: '512Mi' }, true],
    ['url(self.text).getHost() == "example.com:8080"', { text: 'https://example.com:8080/x' }, true],
    ['self.text.find("[0-9]+") == "42"', { text: 'a42b' }, true],
    ['isIP(self.text) || isCIDR(self.text)', { text: '10.0.0.0/8' }, true],
    ['ip(self.text).family() == 4 && cidr("10.0.0.0/8").containsIP(self.text)', { text: '10.1.2.3' }, true],
    ['self.text.matches(r"""^(?:[-A-Za-z0-9/._~!$&\'()*+,;=:@]|[%][0-9a-fA-F]{2})+$""")', { text: '/a%20' }, true],
    ['has(self.text) ? self.text.size() > 2 : true', { text: 'abc' }, true],
    ['self.tags.filter(t, t == "a").size() <= 1 && size(self.tags) == 2', { tags: ['a', 'b'] }, true],
    ['self.tags.all(a, self.tags.exists_one(b, a == b))', { tags: ['a', 'a'] }, false],
    ['"a" in self.tags && !("z" in self.map)', { tags: ['a'], map: { x: 1 } }, true],
    ['self.text.split("-").map(p, p.upperAscii()).join("") == "AB"', { text: 'a-b' }, true],
    ['self.since < timestamp("2030-01-01T00:00:00Z")', { since: '2026-01-01T00:00:00Z' }, true],
    ['self.wait <= duration("1h")', { wait: '90m' }, false],
    ['self.map.all(k, self.map[k] > 0)', { map: { x: 1, y: 0 } }, false],
    ['self.port == 80 || self.port == "http"', { port: 'http' }, true],
    [String.raw`self.tags.all(t, t.matches(r"^\pL+\z")) && matches(self.text, "(?i)AB")`, { tags: ['é', 'b'], text: 'xab' }, true],
    ['self.tags.exists(t, t.matches("^(a+)+$"))', { tags: [`${'a'.repeat(60)}!`] }, false],
    ['sets.contains(["a", "b", "c"], self.tags) && !sets.intersects(self.tags, ["z"])', { tags: ['a', 'b'] }, true],
    ['self.?map[?"x"].optMap(v, v > 1).orValue(false) && self.?text.optMap(v, v.matches("z")).orValue(true)', { map: { x: 2 } }, true],
    ['sets.equivalent(self.tags, ["b", "a"])', { tags: ['a', 'b', 'a'] }, true],
    ['!format.dns1123Label().validate(self.text).hasValue()', { text: 'a-b' }, true],
    ['!format.dns1123Label().validate(self.text).hasValue()', { text: 'A_b' }, false],
    ['format.named("qualifiedName").value().validate(self.text).hasValue()', { text: 'a/b/c' }, true],
    ['quantity(self.text).add(quantity("1Gi")).isGreaterThan(quantity("1535Mi"))', { text: '512Mi' }, true],
    ['cidr("10.0.0.0/8").containsCIDR(self.text) && !cidr(self.text).ip().isLoopback()', { text: '10.1.0.0/16' }, true],
    ['self.text.findAll("[0-9]", 2) == ["1", "2"]', { text: '1a2b3' }, true],
  ])('%s is %j -> %j', async (rule, spec, holds) => {
    const api = await apiWith({
      type: 'object',
      properties: {
        text: { type: 'string' },
        tags: { type: 'array', items: { type: 'string' } },
        since: { type: 'string', format: 'date-time' },
        wait: { type: 'string', format: 'duration' },
        map: { type: 'object', additionalProperties: { type: 'integer' } },
        port: { 'x-kubernetes-int-or-string': true },
      },
      ...rules({ rule }),
    });
    expect(refusalOf(() => api.createCustom(widget(spec))) === '').toBe(holds);
  });

  it.each([
    ['self.nope > 1', "compilation failed: ERROR: <input>:1:5: undefined field 'nope'"],
    ['other > 1', "compilation failed: ERROR: <input>:1:1: undeclared reference to 'other' (in container '')"],
    ['self.min', 'must evaluate to a bool'],
    ['self.min +', 'compilation failed: ERROR: <input>:1:11: Syntax error'],
  ])('%s is refused with its definition', async (rule, words) => {
    const api = await newApi();
    const schema = { type: 'object', properties: { spec: { type: 'object', properties: numbers, ...rules({ rule }) } } };
    const told = refusalOf(() => api.create('CustomResourceDefinition', definition(schema)));
    expect(told).toContain('spec.versions[0].schema.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule: Invalid value: ');
    expect(told).toContain(words);
  });

  it('may be run for new objects too, when it says so', async () => {
    const rule = { rule: '!oldSelf.hasValue() || self >= oldSelf.value()', optionalOldSelf: true, message: 'may only grow' };
    const api = await apiWith({ type: 'object', properties: { size: { type: 'integer', ...rules(rule) } } });
    expect(refusalOf(() => api.createCustom(widget({ size: 3 })))).toBe('');
    const write = (size: number): string =>
      refusalOf(() =>
        api.modify<ReturnType<typeof widget>>('widgets.example.com', 'default', 'one', (draft) => void (draft.spec = { size })),
      );
    expect(write(4)).toBe('');
    expect(write(1)).toBe(`${PREFIX}spec.size: Invalid value: "integer": may only grow`);
  });

  it('sees names that the language keeps for itself in another spelling', async () => {
    const properties = { namespace: { type: 'string' }, 'a-b': { type: 'integer' } };
    const api = await apiWith({ type: 'object', properties, ...rules({ rule: 'self.__namespace__ == "x" && self.a__dash__b > 1' }) });
    expect(refusalOf(() => api.createCustom(widget({ namespace: 'x', 'a-b': 2 })))).toBe('');
    expect(refusalOf(() => api.createCustom(widget({ namespace: 'y', 'a-b': 2 }, 'two')))).toContain('failed rule: ');
  });

  it('may not compare items of lists that are not told apart', async () => {
    const api = await newApi();
    const items = { type: 'string', ...rules({ rule: 'self == oldSelf' }) };
    const schema = { type: 'object', properties: { spec: { type: 'object', properties: { list: { type: 'array', items } } } } };
    expect(refusalOf(() => api.create('CustomResourceDefinition', definition(schema)))).toContain(
      'oldSelf cannot be used on the uncorrelatable portion of the schema within spec.versions[0].schema.openAPIV3Schema.properties[spec].properties[list]',
    );
  });

  it('that takes too long is ended, and the object refused', async () => {
    const list = { type: 'array', items: { type: 'integer' } };
    const rule = 'self.list.all(a, self.list.all(b, self.list.all(c, a + b + c >= 0)))';
    const api = await apiWith({ type: 'object', properties: { list }, ...rules({ rule }) });
    const many = Array.from({ length: 3000 }, (_, index) => index);
    expect(refusalOf(() => api.createCustom(widget({ list: many })))).toBe(
      `${PREFIX}<nil>: Invalid value: "object": validation failed due to running out of cost budget, no further validation rules will be run`,
    );
    expect(refusalOf(() => api.createCustom(widget({ list: [1, 2] })))).toBe('');
  });
});
