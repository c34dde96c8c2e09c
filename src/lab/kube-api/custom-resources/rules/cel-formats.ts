/** Formats that texts can be held to by name. Source: apiserver pkg/cel/library/format.go, 1.36. */
import { Optional, type Environment } from '@marcbachmann/cel-js';
import {
  labelProblems,
  labelValueProblems,
  qualifiedNameProblems,
  serviceNameProblems,
  subdomainProblems,
} from '../../validation/_names.ts';
import { isOfFormat } from '../text-formats.ts';

/** What `format.` stands for. */
class Formats {
  readonly name = 'format';
}

class Format {
  readonly problems: (text: string) => readonly string[];
  constructor(problems: (text: string) => readonly string[]) {
    this.problems = problems;
  }
}

/** A prefix may end with a dash: more is to come. */
const prefix =
  (problems: (text: string) => readonly string[]) =>
  (text: string): readonly string[] =>
    problems(text.replace(/-$/, 'a'));
const ofFormat =
  (name: string, problem: string) =>
  (text: string): readonly string[] =>
    isOfFormat(text, name) ? [] : [problem];

const FORMATS: Readonly<Record<string, Format>> = {
  dns1123Label: new Format(labelProblems),
  dns1123Subdomain: new Format(subdomainProblems),
  dns1035Label: new Format(serviceNameProblems),
  qualifiedName: new Format(qualifiedNameProblems),
  dns1123LabelPrefix: new Format(prefix(labelProblems)),
  dns1123SubdomainPrefix: new Format(prefix(subdomainProblems)),
  dns1035LabelPrefix: new Format(prefix(serviceNameProblems)),
  labelValue: new Format(labelValueProblems),
  uri: new Format(ofFormat('uri', 'invalid URI')),
  uuid: new Format(ofFormat('uuid', 'does not match the UUID format')),
  byte: new Format(ofFormat('byte', 'invalid base64')),
  date: new Format(ofFormat('date', 'invalid date')),
  datetime: new Format(ofFormat('datetime', 'invalid datetime')),
};

export function withFormats(env: Environment): void {
  env
    .registerType('FormatNamespace', Formats)
    .registerConstant('format', 'FormatNamespace', new Formats())
    .registerType('kubernetes.NamedFormat', Format)
    .registerFunction('FormatNamespace.named(string): optional<kubernetes.NamedFormat>', (_: Formats, name: string) =>
      Object.hasOwn(FORMATS, name) ? Optional.of(FORMATS[name]) : Optional.none(),
    )
    .registerFunction('kubernetes.NamedFormat.validate(string): optional<list<string>>', ({ problems }: Format, text: string) => {
      const told = problems(text);
      return told.length === 0 ? Optional.none() : Optional.of(told);
    });
  for (const [name, format] of Object.entries(FORMATS)) {
    env.registerFunction(`FormatNamespace.${name}(): kubernetes.NamedFormat`, () => format);
  }
}
