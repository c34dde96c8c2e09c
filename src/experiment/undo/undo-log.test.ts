import { assert, nat, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLog, encodeRecord, pendingPlans } from './undo-log.ts';
import type { UndoLogRecord } from './undo-log.ts';

const plan = (seq: number, id: string): UndoLogRecord => ({
  type: 'plan',
  seq,
  id,
  undo: 'start-instances',
  state: { instance: id },
  summary: `start instance ${id}`,
  targets: [`vm/${id}`],
  activity: 'stop',
  at: '2026-01-31T10:00:00.000000+00:00',
});
const result = (seq: number, id: string, status: 'mended' | 'still-broken'): UndoLogRecord => ({
  type: 'result',
  seq,
  id,
  status,
  detail: [],
  by: 'runner',
  at: '2026-01-31T10:01:00.000000+00:00',
});
const LOG = [plan(0, '1'), plan(1, '2'), result(2, '2', 'mended'), plan(3, '3')];
const TEXT = LOG.map(encodeRecord).join('');

describe('the undo log', () => {
  it('reads what it wrote', () => {
    expect(decodeLog(TEXT)).toEqual({ records: LOG, damage: [], lost: false });
  });

  it('takes the newest pending plan first and leaves out what is mended', () => {
    expect(pendingPlans(LOG).map((record) => record.id)).toEqual(['3', '1']);
  });

  it('keeps a plan pending whose undo did not succeed', () => {
    expect(pendingPlans([...LOG, result(4, '1', 'still-broken')]).map((record) => record.id)).toEqual(['3', '1']);
  });

  it('says so when the last write is torn, and uses all that stands before it', () => {
    const { records, damage } = decodeLog(TEXT.slice(0, -20));
    expect(records).toEqual(LOG.slice(0, 3));
    expect(damage).toEqual(['line 4 is torn: the write did not end']);
  });

  it('finds every flipped bit, and never loses another record to it', () => {
    const bytes = Buffer.from(TEXT);
    assert(
      property(nat(bytes.length - 1), nat(6), (at, bit) => {
        const flipped = Buffer.from(bytes);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        const { records, damage } = decodeLog(flipped.toString('utf8'));
        expect(damage.length).toBeGreaterThan(0);
        expect(records.length).toBeGreaterThanOrEqual(LOG.length - 2);
        for (const record of records) expect(LOG).toContainEqual(record);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('tells of a record that is missing from the middle', () => {
    const lines = TEXT.split('\n');
    expect(decodeLog([lines[0], lines[2], lines[3], ''].join('\n')).damage).toEqual(['record 1 is missing']);
  });
});
