import { describe, expect, it } from 'vitest';
import { findPlaceholders } from './find-placeholders.ts';

const found = (text: string): string[] => findPlaceholders(text).map(({ text, line, column }) => `${line}:${column} ${text}`);

describe('placeholders', () => {
  it('are found where they stand, in the order of the text', () => {
    expect(found('image: shop/web:#{TAG}#\nhost: ${HOST}\nreplicas: {{ .Values.replicas }}')).toEqual([
      '1:17 #{TAG}#',
      '2:7 ${HOST}',
      '3:11 {{ .Values.replicas }}',
    ]);
    expect(found('a: #{ONE}#-#{TWO}#')).toEqual(['1:4 #{ONE}#', '1:12 #{TWO}#']);
  });

  it('are looked for in templates that are no YAML', () => {
    expect(found('{{- if .Values.on }}\nkind: Pod\n{{- end }}')).toHaveLength(2);
  });

  it('are not seen in comments', () => {
    expect(found('# set ${HOST} and #{TAG}# first\nkind: Pod')).toEqual([]);
  });

  it('are left to the scripts and commands that use such marks themselves', () => {
    const script = 'data:\n  run.sh: |\n    echo ${HOST} {{ x }}\n    # ${THIS}\n  host: ${OUT}';
    expect(found(script)).toEqual(['5:9 ${OUT}']);
    expect(found('args: ["-c", "echo ${A}"]\nvalue: ${B}')).toEqual(['2:8 ${B}']);
    expect(found('- command:\n    - sh\n    - echo ${A}\n  image: ${B}')).toEqual(['4:10 ${B}']);
    expect(found('data:\n  run.sh: |\n    echo #{TAG}#')).toEqual(['3:10 #{TAG}#']);
  });
});
