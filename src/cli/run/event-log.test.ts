import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openEventLog } from './event-log.ts';

const event = { atMs: 1, type: 'method-started', activities: 1 } as const;

it('says at once when a file of events can not be written', () => {
  expect(() => openEventLog('/no/such/folder/events.jsonl', () => {})).toThrow(/--events: cannot write/);
});

it.skipIf(!existsSync('/dev/full'))('ends when the disk is full at the start, in words', () => {
  expect(() => openEventLog('/dev/full', () => {})).toThrow(/--events: cannot write .*ENOSPC/);
});

it('throws nothing into a run, and nothing after its end', () => {
  const told: string[] = [];
  const log = openEventLog('/dev/null', (message) => told.push(message));
  log.add(event);
  log.close();
  log.add(event);
  expect(told).toEqual([]);
});
