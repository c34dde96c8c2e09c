import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../base/index.ts';
import { KqlError, parseKql, type Row, runKql } from './index.ts';

const rows: readonly Row[] = [
  {
    name: 'a',
    type: 'microsoft.compute/virtualmachines',
    zones: ['1'],
    tags: { env: 'dev' },
    properties: { size: 2, os: { type: 'Linux' } },
  },
  { name: 'b', type: 'microsoft.compute/virtualmachines', zones: null, tags: null, properties: { size: 10, os: { type: 'Windows' } } },
  { name: 'C-1', type: 'microsoft.web/sites', zones: ['2', '3'], tags: { env: 'prod' }, properties: { size: 3 } },
];
const ask = (query: string): Row[] => runKql(parseKql(query), rows, createRandom(1));
const names = (query: string): unknown[] => ask(query).map(({ name }) => name);

describe('the lab Kusto', () => {
  it.each([
    ['Resources', ['a', 'b', 'C-1']],
    ["Resources | where type=~'Microsoft.Compute/virtualMachines'", ['a', 'b']],
    ["Resources | where type=~'Microsoft.Compute/virtualMachines'| where name == 'a'", ['a']],
    ["Resources | where type == 'Microsoft.Web/sites'", []],
    ['Resources | where name =~ "c-1"', ['C-1']],
    ["Resources | where name != 'a' and (tags.env == 'prod' or isnull(tags))", ['b', 'C-1']],
    ["Resources | where name in ('a', 'b')", ['a', 'b']],
    ["Resources | where name in~ ('c-1')", ['C-1']],
    ["Resources | where name !in ('a')", ['b', 'C-1']],
    ["Resources | where name !contains 'c'", ['a', 'b']],
    ["Resources | where type startswith 'MICROSOFT.WEB' or type endswith 'nothing'", ['C-1']],
    ["Resources | where type has 'compute'", ['a', 'b']],
    ["Resources | where name matches regex '^[A-Z]-'", ['C-1']],
    ["Resources | where properties.os.type == 'Linux'", ['a']],
    ["Resources | where tags['env'] == 'dev' and zones[0] == '1'", ['a']],
    ['Resources | where properties.size >= 3', ['b', 'C-1']],
    ['Resources | where not(properties.size > 3)', ['a', 'C-1']],
    ['Resources | where isnotempty(zones) | order by name asc | take 1', ['C-1']],
    ['Resources | order by properties.size desc', ['b', 'C-1', 'a']],
    ['Resources | limit 2 // the first two', ['a', 'b']],
    ["Resources | extend upper = toupper(name) | where upper == 'B'", ['b']],
  ])('answers %s', (query, wanted) => {
    expect(names(query)).toEqual(wanted);
  });

  it('projects, renames and counts', () => {
    expect(ask("Resources | where name == 'a' | project n = name, properties.size")).toEqual([{ n: 'a', properties_size: 2 }]);
    expect(ask('Resources | summarize count()')).toEqual([{ count_: 3 }]);
    expect(ask('Resources | summarize n = count(), sum(properties.size) by type | order by n')).toEqual([
      { type: 'microsoft.compute/virtualmachines', n: 2, properties_size: 12 },
      { type: 'microsoft.web/sites', n: 1, properties_size: 3 },
    ]);
    expect(ask('Resources | count')).toEqual([{ Count: 3 }]);
    expect(ask('Resources | distinct type')).toHaveLength(2);
    expect(ask('Resources | project-away properties, tags, zones, type')).toEqual([{ name: 'a' }, { name: 'b' }, { name: 'C-1' }]);
  });

  it('samples different rows, the same for the same seed', () => {
    expect(new Set(names('Resources | sample 2')).size).toBe(2);
    expect(names('Resources | sample 2')).toEqual(names('Resources | sample 2'));
    expect(names('Resources | sample 9')).toHaveLength(3);
  });

  it.each([
    'Resources | where',
    'Resources | where name =',
    'Resources where x',
    "Resources | where name == 'open",
    'Resources | where nosuch == 1',
    'Resources | nonsense 1',
  ])('refuses %s', (query) => {
    expect(() => ask(query)).toThrow(KqlError);
  });

  it('tells what is good Kusto but beyond the lab', () => {
    expect(() => ask('Resources | join (x) on y')).toThrow(expect.objectContaining({ beyondLab: true }));
    expect(() => ask('Resources | where geo_hash(name) == 1')).toThrow(expect.objectContaining({ beyondLab: true }));
  });
});
