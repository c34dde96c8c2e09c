import { expect, it } from 'vitest';
import { textOf } from './text-of.ts';

it('reads UTF-8, and says of another encoding which it is', () => {
  expect(textOf(Buffer.from('ä'), 'f')).toBe('ä');
  expect(() => textOf(Buffer.from('title: é', 'latin1'), 'f.yaml')).toThrow('cannot read f.yaml: its text is not UTF-8');
  expect(() => textOf(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('title: é', 'utf16le')]), 'f.yaml')).toThrow(
    'written in UTF-16',
  );
});
