import type { Finding } from './types.ts';

export interface SarifOptions {
  readonly toolVersion: string;
  /** The file in which a subject is declared, when manifests were read: relative to the repository's root. */
  readonly locate?: (finding: Finding) => { readonly file: string; readonly line: number | undefined } | undefined;
  /** What a rule is about, for its help. */
  readonly describe?: (rule: string) => string | undefined;
}

const LEVELS = { high: 'error', medium: 'warning', low: 'note' } as const;

/** Findings for code scanning. Source: SARIF 2.1.0 (OASIS), sections 3.13 to 3.28. */
export function renderSarif(findings: readonly Finding[], { toolVersion, locate, describe }: SarifOptions): string {
  const rules = [...new Set(findings.map(({ rule }) => rule))].sort();
  const driver = {
    name: 'evenkeel',
    version: toolVersion,
    rules: rules.map((id) => ({ id, shortDescription: { text: describe?.(id) ?? id.replaceAll('-', ' ') } })),
  };
  const results = findings.map((finding) => ({
    ruleId: finding.rule,
    ruleIndex: rules.indexOf(finding.rule),
    level: LEVELS[finding.severity],
    message: { text: finding.message },
    locations: [locationOf(finding, locate?.(finding))],
    // The same finding keeps its identity although lines move.
    partialFingerprints: { 'evenkeel/1': `${finding.rule}:${finding.subject}` },
  }));
  const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [{ tool: { driver }, results }] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function locationOf({ subject }: Finding, place: { readonly file: string; readonly line: number | undefined } | undefined) {
  const logicalLocations = [{ fullyQualifiedName: subject, kind: 'resource' }];
  if (place === undefined) return { logicalLocations };
  const region = place.line === undefined ? {} : { region: { startLine: place.line } };
  return { logicalLocations, physicalLocation: { artifactLocation: { uri: encodeURI(place.file) }, ...region } };
}
