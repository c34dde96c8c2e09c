import { expect, it } from 'vitest';
import { createVirtualClock } from '../../base/index.ts';
import { createConsole } from './console.ts';

it('writes JSON lines with the keys that log collectors of the original read', () => {
  const lines: string[] = [];
  const clock = createVirtualClock(Date.parse('2026-01-31T10:00:00.123Z'));
  const stderr = (text: string): void => void lines.push(text);
  createConsole({ clock, verbose: false, format: 'json', file: undefined, stderr }).write('INFO', 'hello');
  expect(JSON.parse(lines.join(''))).toEqual({
    process: process.pid,
    asctime: '2026-01-31 10:00:00.123',
    levelname: 'INFO',
    message: 'hello',
    timestamp: '2026-01-31T10:00:00.123+00:00',
  });
});
