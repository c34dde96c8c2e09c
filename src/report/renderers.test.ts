import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportFixture } from '../../tests/e2e/report-fixture.ts';
import { buildReport } from './build-report.ts';
import { escapeMarkup, jsonForScript } from './escape.ts';
import { renderHtml } from './render-html.ts';
import { renderJson } from './render-json.ts';
import { renderJunit } from './render-junit.ts';
import { renderMarkdown } from './render-markdown.ts';
import { renderSarif } from './render-sarif.ts';

const fixture = reportFixture();
const report = buildReport(fixture);
const assets = { script: 'if (1 < 2) "</script>"', style: 'a { color: red }' };
const hostile = buildReport({ ...fixture, title: '</script><script>alert(1)</script><!-- & "x"' });

describe('renderHtml', () => {
  it('holds everything and asks the network for nothing', () => {
    const html = renderHtml(report, assets);
    expect(html).not.toMatch(/(src|href)="(?!#)/);
    expect(html).toContain("default-src 'none'");
    expect(html).not.toContain('unsafe-inline');
  });

  it('lets no text of a journal end the script that carries it', () => {
    const html = renderHtml(hostile, assets);
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    expect(html).toContain('<title>&lt;/script&gt;&lt;script&gt;');
  });

  it('tells the same without JavaScript', () => {
    const plain = /<noscript>([\s\S]*)<\/noscript>/.exec(renderHtml(report, assets))?.[1] ?? '';
    expect(plain).toContain('one node down left users without');
    expect(plain).toContain('mssql-deployment');
  });
});

describe('escaping', () => {
  it('round-trips JSON through a script element', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = jsonForScript(value);
        expect(text).not.toMatch(/[<\u2028\u2029]/);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('leaves no character that XML forbids or reads as markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // oxlint-disable-next-line no-control-regex -- the forbidden characters are what is looked for
        expect(escapeMarkup(text)).not.toMatch(/[<>"'\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/);
      }),
    );
  });
});

describe('renderMarkdown', () => {
  it('has one line per row whatever stands in it', () => {
    const text = renderMarkdown(buildReport({ ...fixture, notes: ['a|b\nc <b>'] }));
    expect(text).toContain('- a\\|b c \\<b\\>');
  });
});

describe('renderJunit', () => {
  it('has a failure for each probe that was not met, the journey outside its limits, and the run; none for steps that fail within limits', () => {
    const xml = renderJunit(report);
    expect(xml).toMatch(/<testsuite name="before: [^"]*" tests="\d+" failures="5" errors="0" skipped="0"/);
    expect(xml).toContain('<failure message="not met: found status 503"/>');
    expect(xml.match(/<testcase /g)?.length).toBe(Number(/tests="(\d+)"/.exec(xml)?.[1]) * 2);
  });
});

describe('renderJson', () => {
  it('is versioned and reads back to what JSON keeps of the document', () => {
    const read: unknown = JSON.parse(renderJson(report));
    expect(read).toEqual(JSON.parse(JSON.stringify(report)));
    expect(read).toMatchObject({ schema: 'evenkeel.dev/report/1' });
  });
});

describe('renderSarif', () => {
  it('has a rule for each result and places where they are known', () => {
    const findings = report.runs[0]?.spread?.findings ?? [];
    const log: unknown = JSON.parse(renderSarif(findings, { toolVersion: '1.0.0', locate: () => ({ file: 'a b/x.yaml', line: 3 }) }));
    expect(log).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { rules: [{ id: 'replicas-on-one-node' }, { id: 'single-replica' }] } },
          results: [
            {
              ruleIndex: 0,
              level: 'error',
              locations: [{ physicalLocation: { artifactLocation: { uri: 'a%20b/x.yaml' }, region: { startLine: 3 } } }],
            },
            { ruleIndex: 1 },
          ],
        },
      ],
    });
  });
});
