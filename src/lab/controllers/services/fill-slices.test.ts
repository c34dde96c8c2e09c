import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../kubernetes/index.ts';
import { fillSlices } from './fill-slices.ts';
import type { FilledSlice } from './fill-slices.ts';

const endpoints = (from: number, to: number, ready = true): Endpoint[] =>
  Array.from({ length: to - from }, (_, index) => ({ addresses: [`10.0.0.${from + index}`], conditions: { ready } }));
const slice = (name: string, held: readonly Endpoint[]): FilledSlice => ({ name, endpoints: held });
const shape = (slices: readonly FilledSlice[]): [string | undefined, number][] =>
  slices.map(({ name, endpoints: held }) => [name, held.length]);

describe('endpoint slices', () => {
  it('hold a hundred endpoints each', () => {
    expect(shape(fillSlices([], endpoints(0, 250)))).toEqual([
      [undefined, 100],
      [undefined, 100],
      [undefined, 50],
    ]);
  });

  it('keep what they hold: one endpoint that goes changes one slice alone', () => {
    const before = [slice('a', endpoints(0, 100)), slice('b', endpoints(100, 200))];
    const after = fillSlices(before, endpoints(1, 200));
    expect(shape(after)).toEqual([
      ['a', 99],
      ['b', 100],
    ]);
    expect(after[1]?.endpoints).toEqual(before[1]?.endpoints);
  });

  it('take newcomers where something changes anyway, else where they fit best, else in a new one', () => {
    const before = [slice('a', endpoints(0, 60)), slice('b', endpoints(100, 190)), slice('c', endpoints(200, 280))];
    const held = [...endpoints(0, 60), ...endpoints(100, 190), ...endpoints(200, 280)];
    expect(shape(fillSlices(before, [...held.slice(1), ...endpoints(300, 305)]))).toEqual([
      ['a', 64],
      ['b', 90],
      ['c', 80],
    ]);
    expect(shape(fillSlices(before, [...held, ...endpoints(300, 305)]))).toEqual([
      ['a', 60],
      ['b', 95],
      ['c', 80],
    ]);
    expect(shape(fillSlices(before, [...held, ...endpoints(300, 350)]))).toEqual([
      ['a', 60],
      ['b', 90],
      ['c', 80],
      [undefined, 50],
    ]);
  });

  it('change an endpoint in its place', () => {
    const [found] = fillSlices([slice('a', endpoints(0, 3))], [...endpoints(0, 1), ...endpoints(1, 2, false), ...endpoints(2, 3)]);
    expect(found?.endpoints.map(({ addresses, conditions }) => [addresses[0], conditions?.ready])).toEqual([
      ['10.0.0.0', true],
      ['10.0.0.1', false],
      ['10.0.0.2', true],
    ]);
  });

  it('leave one empty slice when nothing is left, and use it again', () => {
    const emptied = fillSlices([slice('a', endpoints(0, 3)), slice('b', endpoints(3, 4))], []);
    expect(shape(emptied)).toEqual([['a', 0]]);
    expect(shape(fillSlices([slice('a', [])], endpoints(0, 2)))).toEqual([['a', 2]]);
  });
});
