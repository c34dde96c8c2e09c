import { describe, expect, it } from 'vitest';
import { readPlaceholderValues } from './fill-placeholders.ts';

describe('values for placeholders', () => {
  it('fill all kinds of them, and leave the rest', () => {
    const { fill, unused } = readPlaceholderValues(['TAG=1.2', 'HOST=a=b', 'image.name=web', 'OTHER=x']);
    const text = 'image: {{ .Values.image.name }}:#{TAG}#\nhost: ${HOST} #{ TAG }# ${LEFT}\nrun: |\n  echo ${HOST} #{TAG}#\n';
    expect(fill(text)).toBe('image: web:1.2\nhost: a=b 1.2 ${LEFT}\nrun: |\n  echo ${HOST} 1.2\n');
    expect(unused()).toEqual(['OTHER']);
  });

  it('are refused when they have no name', () => {
    expect(() => readPlaceholderValues(['TAG'])).toThrow(/--set is 'TAG', expected NAME=VALUE/);
    expect(() => readPlaceholderValues(['=x'])).toThrow(/expected NAME=VALUE/);
  });
});
