import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { journeyJsonSchema } from './journey-schema.ts';
import { parseJourney } from './parse-journey.ts';

const problemsOf = (text: string, env?: Record<string, string>): string[] => {
  try {
    parseJourney(text, { path: 'j.yaml', ...(env === undefined ? {} : { env }) });
    return [];
  } catch (error) {
    return String(error instanceof Error ? error.message : error)
      .split('\n')
      .slice(1);
  }
};

it('says of an empty file that it is empty', () => {
  expect(() => parseJourney('# nothing\n', { path: 'j.yaml' })).toThrow('j.yaml: is empty; it needs a name and steps');
});

describe('parseJourney', () => {
  it('reads the short forms', () => {
    const spec = parseJourney('name: a\nrate: 30/m\nsteps:\n  - get: http://x/y?z=1\n    expect: 204\n    timeout: 500ms\n', { path: 'a' });
    expect(spec.ratePerSecond).toBe(0.5);
    expect(spec.connection).toBe('both');
    expect(spec.steps[0]).toMatchObject({
      name: 'GET /y?z=1',
      method: 'GET',
      url: 'http://x/y?z=1',
      timeoutMs: 500,
      expect: { status: [204] },
    });
  });

  it.each([
    ['limits: {longestOutage: 5s, availability: 99.9%}', { longestOutageMs: 5000, availability: 0.999 }],
    ['limits: {longestOutage: 0s}', { longestOutageMs: 0, availability: undefined }],
    ['limits: {longestOutage: 0, availability: 0.5}', { longestOutageMs: 0, availability: 0.5 }],
    ['description: without', { longestOutageMs: undefined, availability: undefined }],
  ])('reads %s', (line, limits) => {
    expect(parseJourney(`name: a\n${line}\nsteps: [{get: "http://x/"}]`, { path: 'a' }).limits).toEqual(limits);
  });

  it('expects 2xx when nothing is said', () => {
    expect(parseJourney('name: a\nsteps: [{get: "http://x/"}]', { path: 'a' }).steps[0]?.expect.status).toEqual(['2xx']);
  });

  it.each([
    [
      'an unknown key, with the one that was meant',
      'name: a\nsteps:\n  - get: http://x\n    expct: 200\n',
      "j.yaml:4:5: steps[0].expct is not known here; did you mean 'expect'?",
    ],
    [
      'a range that is none',
      'name: a\nsteps:\n  - get: http://x\n    expect: [200, 2yy]\n',
      'j.yaml:4:19: steps[0].expect[1] is neither a status nor a range like 2xx or 500-503',
    ],
    ['a step without a URL', 'name: a\nsteps:\n  - name: b\n', 'j.yaml:3:5: steps[0] has no URL; write get: URL'],
    [
      'a step with two URLs',
      'name: a\nsteps:\n  - get: http://x\n    post: http://y\n',
      'j.yaml:3:5: steps[0] has several URLs (get, post)',
    ],
    [
      'a duration without a unit that exists',
      'name: a\nsteps:\n  - get: http://x\n    timeout: 3q\n',
      'j.yaml:4:14: steps[0].timeout is not a duration; write it like 2s, 500ms or 1m30s',
    ],
    [
      'an availability that is no share',
      'name: a\nlimits: {availability: 130%}\nsteps: [{get: "http://x"}]\n',
      'j.yaml:2:24: limits.availability is not a share; write it like 99.9%',
    ],
    [
      'a limit that is not known',
      'name: a\nlimits: {longestOutrage: 5s}\nsteps: [{get: "http://x"}]\n',
      "j.yaml:2:10: limits.longestOutrage is not known here; did you mean 'longestOutage'?",
    ],
    ['text that is not YAML', 'name: [a\n', /^j\.yaml:\d+:\d+: /],
  ])('names the place of %s', (_what, text, expected) => {
    const [first] = problemsOf(text);
    if (typeof expected === 'string') expect(first).toBe(expected);
    else expect(first).toMatch(expected);
  });

  it('names all problems at once', () => {
    expect(problemsOf('name: a\nrate: fast\nsteps:\n  - get: http://x\n    expct: 1\n')).toHaveLength(2);
  });

  it('names a JSONPath that does not parse', () => {
    expect(problemsOf('name: a\nsteps:\n  - get: http://x\n    capture: { id: "$.[" }\n')[0]).toMatch(
      /^j\.yaml:4:20: steps\[0\]\.capture\.id is not a JSONPath/,
    );
  });

  it('names variables that neither the environment nor an earlier step knows', () => {
    const text = 'name: a\nsteps:\n  - get: ${APP_ENDPONT}/${id}\n    capture: { id: $.id }\n  - get: ${APP_ENDPOINT}/${id}/${random}\n';
    expect(problemsOf(text, { APP_ENDPOINT: 'http://secret' })).toEqual([
      'j.yaml:3:10: steps[0].get no value is known for ${APP_ENDPONT}; did you mean APP_ENDPOINT?',
      'j.yaml:3:10: steps[0].get no value is known for ${id}; set it in the environment or capture it in an earlier step',
    ]);
  });

  it('accepts the example', () => {
    const text = readFileSync(new URL('../../examples/journeys/contacts.yaml', import.meta.url), 'utf8');
    const spec = parseJourney(text, { path: 'contacts.yaml', env: { APP_ENDPOINT: 'http://x' } });
    expect(spec.steps.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET', 'GET', 'GET']);
    expect(spec.steps[3]?.untilMs).toBe(45_000);
    expect(spec.steps[0]?.timeoutMs).toBe(10_000);
  });

  it('accepts what the documentation shows', () => {
    const page = readFileSync(new URL('../../docs/journeys.md', import.meta.url), 'utf8');
    const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    const spec = parseJourney(example, { path: 'docs/journeys.md', env: { APP_ENDPOINT: 'http://x' } });
    expect(spec.ratePerSecond).toBeCloseTo(1 / 3);
    expect(spec.steps[1]).toMatchObject({
      service: 'contactsapp/search',
      untilMs: 15_000,
      expect: { latencyMs: 1000, bodyMatches: ['^\\{'] },
    });
  });

  it('publishes a JSON Schema that knows the short forms', () => {
    expect(JSON.stringify(journeyJsonSchema())).toContain('URL of a GET request.');
  });
});
