import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { createRandom, createVirtualClock } from '../../base/index.ts';
import type { Pod, ReplicaSet } from '../../kubernetes/index.ts';
import { createLabApi } from '../kube-api/index.ts';
import { WORKSHOP_PODS, contactsManifests, contactsProgram, seedContacts } from './index.ts';

const FOLDER = new URL('../../../examples/manifests/contactsapp/', import.meta.url);

describe("the sample application's manifests", () => {
  it('are the same in the examples and in the lab', () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
    const documents = files.flatMap((name) => parseAllDocuments(readFileSync(new URL(name, FOLDER), 'utf8')).map((entry) => entry.toJS()));
    const key = (object: { kind?: string; metadata: { name: string } }): string => `${object.kind}/${object.metadata.name}`;
    const sorted = (list: readonly { kind?: string; metadata: { name: string } }[]) => list.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
    expect(sorted(documents)).toEqual(sorted(JSON.parse(JSON.stringify(contactsManifests()))));
  });

  it('name images that the lab has programs for', () => {
    const images = contactsManifests().flatMap((object) => JSON.stringify(object).match(/(?<="image":")[^"]+/g) ?? []);
    expect(images).toHaveLength(9);
    expect(images.filter((image) => contactsProgram(image) === undefined)).toEqual([]);
  });
});

describe('contactsProgram', () => {
  it.each([
    ['contactsapp.azurecr.io/adc-search-api:2.0', true],
    ['localhost:5000/adc-search-api', true],
    ['adc-search-api@sha256:abc', true],
    ['mcr.microsoft.com/mssql/server:2022-latest', true],
    ['nginx:1.29', false],
    ['example.com/my-adc-search-api:1', false],
  ])('knows %s: %s', (image, known) => {
    expect(contactsProgram(image) !== undefined).toBe(known);
  });
});

describe('seedContacts', () => {
  it('puts exactly the pods of the workshop page there, each owned by the replica set in its name', () => {
    const clock = createVirtualClock(Date.parse('2026-01-31T12:00:00Z'));
    const api = createLabApi({ clock, random: createRandom('seed') });
    seedContacts(api, (instanceId) => ({ name: `node-${instanceId}`, ip: '10.224.0.4' }));
    const pods = api.list<Pod>('Pod', { namespace: 'contactsapp' });
    const rows = pods.map(({ metadata, spec, status }) => [
      metadata.name,
      spec?.nodeName,
      status?.podIP,
      status?.containerStatuses?.[0]?.restartCount,
      metadata.ownerReferences?.[0]?.name,
    ]);
    const wanted = WORKSHOP_PODS.map(({ name, instanceId, ip, restarts }) => [
      name,
      `node-${instanceId}`,
      ip,
      restarts,
      name.slice(0, name.lastIndexOf('-')),
    ]);
    const byName = (a: readonly unknown[], b: readonly unknown[]): number => String(a[0]).localeCompare(String(b[0]));
    expect(rows.toSorted(byName)).toEqual(wanted.toSorted(byName));
    expect(api.list<ReplicaSet>('ReplicaSet', { namespace: 'contactsapp' })).toHaveLength(9);
    expect(pods.find(({ metadata }) => metadata.name === 'ca-deploy-7d6855964c-sn7wm')?.metadata.creationTimestamp).toBe(
      '2026-01-27T16:40:00Z',
    );
  });
});
