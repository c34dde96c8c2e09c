import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Deployment, KubeObject, Service } from '../../kubernetes/index.ts';
import { textOf } from '../text-of.ts';
import { loadManifests } from './load-manifests.ts';

const EXAMPLE = fileURLToPath(new URL('../../../examples/manifests/bookshop/overlays/production', import.meta.url));
const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: one}\n';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-manifests-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function load(files: Record<string, string>, path = '.'): Promise<KubeObject[]> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return loadManifests(path, { cwd: folder, readFile: async (name) => textOf(await readFile(name), relative(folder, name)) });
}

const named = (objects: readonly KubeObject[]): string[] => objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);

describe('manifests', () => {
  it('come from several documents, lists and folders, in the order of the files', async () => {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMapList', items: [{ metadata: { name: 'x' } }] });
    expect(
      named(await load({ 'b/two.yml': `${POD}---\n---\n${POD.replace('one', 'two')}`, 'a.json': list, 'notes.txt': '#{no}#' })),
    ).toEqual(['ConfigMap x', 'Pod one', 'Pod two']);
  });

  it('with placeholders are refused, each with its place', async () => {
    const files = { 'a.yaml': `${POD}spec: {nodeName: "#{NODE}#"}\n`, 'b.yaml': 'kind: {{ .Values.kind }}\n' };
    await expect(load(files)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: '2 placeholders without a value:\n  a.yaml:4:19: #{NODE}#\n  b.yaml:1:7: {{ .Values.kind }}',
    });
  });

  it('that are no YAML or no objects are refused with file, line and column', async () => {
    await expect(load({ 'a.yaml': `${POD}---\nkind: Pod\n`, 'b.yaml': 'a: [1\nb: 2\n' })).rejects.toThrow(
      /a\.yaml:5:1: a document without kind or apiVersion\n.*b\.yaml:2:1: /,
    );
    await expect(load({}, 'nowhere')).rejects.toThrow(/no such file or folder/);
  });

  it('have to be there: nothing in a file or a list is no empty lab', async () => {
    await expect(load({ 'a.yaml': '---\n# later\n---\n' }, 'a.yaml')).rejects.toThrow('there are no manifests in a.yaml');
    await expect(load({ 'b.json': '{"apiVersion":"v1","kind":"List","items":[]}' }, 'b.json')).rejects.toThrow('there are no manifests');
    await expect(load({}, '/dev/null')).rejects.toThrow('there are no manifests in /dev/null');
  });

  it('may be JSON objects one after the other, in files that links lead to', async () => {
    const json = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"}{ \\" }"}}';
    await load({ 'real/two.txt': `${json}\n${json.replace('"a"', '"b"')}` }, 'real/two.txt');
    await mkdir(join(folder, 'links'));
    await symlink('../real/two.txt', join(folder, 'links/two.json'));
    expect(named(await load({}, 'links'))).toEqual(['ConfigMap a', 'ConfigMap b']);
    await symlink('nowhere', join(folder, 'links/broken.yaml'));
    await expect(load({}, 'links')).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('links/broken.yaml') });
  });

  it('that are no text, no objects, or lead back to themselves are told as what they are', async () => {
    await writeFile(join(folder, 'l1.yaml'), Buffer.from(`${POD}# caf\xe9\n`, 'latin1'));
    await expect(load({}, 'l1.yaml')).rejects.toThrow('cannot read l1.yaml: its text is not UTF-8');
    await expect(load({ 'a.yaml': 'just text\n' }, 'a.yaml')).rejects.toThrow('a.yaml:1:1: text, where an object');
    await expect(load({ 'b.json': '[{"kind": "Pod"}]' }, 'b.json')).rejects.toThrow('b.json:1:1: a sequence, where an object');
    await expect(load({ 'c.yaml': `${POD}spec: &a {again: *a}\n` }, 'c.yaml')).rejects.toThrow('c.yaml:1:1: Converting circular');
  });

  it('may hold the replacement character, which a file in UTF-8 can have', async () => {
    const [pages] = await load({ 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: pages}\ndata: {bad: "\uFFFD"}\n' }, 'a.yaml');
    expect(pages).toMatchObject({ data: { bad: '\uFFFD' } });
  });

  it('are not looked for below kustomizations and charts, which are named instead', async () => {
    const files = { 'k/base/kustomization.yaml': '', 'k/base/a.yaml': POD, 'k/prod/kustomization.yaml': '' };
    await expect(load(files, 'k')).rejects.toThrow('k holds kustomizations: k/base, k/prod');
    await expect(load({ 'c/web/Chart.yaml': 'name: x' }, 'c')).rejects.toMatchObject({ code: 'UNSUPPORTED', message: /c\/web/ });
  });

  it('of a chart are refused with the command that renders it', async () => {
    await expect(load({ 'chart/Chart.yaml': 'name: x' }, 'chart')).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      hint: expect.stringContaining('helm template'),
    });
  });
});

describe('a kustomization', () => {
  it('makes what the overlay says: namespace, labels, images, patches of both kinds', async () => {
    const objects = await loadManifests(EXAMPLE, { cwd: EXAMPLE, readFile: (name) => readFile(name, 'utf8') });
    expect(named(objects)).toEqual([
      'Deployment storefront',
      'Service storefront',
      'Ingress storefront',
      'Deployment catalog',
      'Service catalog',
    ]);
    expect(new Set(objects.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['bookshop']));
    const catalog = objects[3] as Deployment; // by its name above
    expect(catalog.spec?.template.spec?.containers[0]).toMatchObject({ image: 'bookshop/catalog:2.0' });
    expect(catalog.spec?.template.spec?.containers[0]?.env?.map(({ name }) => name)).toEqual(['LOG_LEVEL', 'DATABASE_PASSWORD']);
    expect(catalog.spec?.selector.matchLabels).toEqual({ app: 'catalog', stage: 'production' });
    expect((objects[4] as Service).spec?.selector).toEqual({ app: 'catalog', stage: 'production' }); // by its name above
    expect((objects[0] as Deployment).spec?.replicas).toBe(3); // by its name above
  });

  it('with a field that is not known here is refused by the name of the field', async () => {
    const files = { 'kustomization.yaml': 'resources: [pod.yaml]\nhelmCharts: []\n', 'pod.yaml': POD };
    await expect(load(files)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: 'kustomization.yaml:2:1: helmCharts is not supported here',
      hint: expect.stringContaining('kubectl kustomize'),
    });
  });

  it('fetches nothing, and lets nobody else fetch it', async () => {
    for (const name of [
      'https://example.com/x',
      'git::https://example.com/x',
      'github.com/some/thing//base?ref=v1',
      'git@example.com:x/y',
    ]) {
      await load({ 'kustomization.yaml': `resources: ["${name}"]\n` }).catch(() => {});
      const reader = {
        cwd: folder,
        readFile: (path: string) => readFile(path, 'utf8'),
        buildElsewhere: () => Promise.reject(new Error('asked')),
      };
      await expect(loadManifests('.', reader)).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        message: `kustomization.yaml: ${name} is elsewhere, and nothing is fetched`,
      });
    }
  });

  it('reads no files outside of its folder, through links neither', async () => {
    const outside = { 'secret.txt': 'x', 'pod.yaml': POD };
    for (const field of [
      'resources: [../pod.yaml]',
      'patches: [{path: ../pod.yaml}]',
      'configMapGenerator: [{name: c, files: [../secret.txt]}]',
    ]) {
      await expect(load({ ...outside, 'app/kustomization.yaml': `${field}\n` }, 'app')).rejects.toThrow(/is not in or below app/);
    }
    await symlink(join(folder, 'secret.txt'), join(folder, 'app/link.txt'));
    const linked = 'configMapGenerator: [{name: c, files: [link.txt]}]\n';
    await expect(load({ 'app/kustomization.yaml': linked }, 'app')).rejects.toThrow(/is not in or below app/);
  });

  it('that leads back to itself is refused', async () => {
    const files = { 'a/kustomization.yaml': 'resources: [../b]\n', 'b/kustomization.yaml': 'resources: [../a]\n' };
    await expect(load(files, 'a')).rejects.toThrow(/kustomization in b names \.\.\/a, which leads back to itself/);
  });

  it('beyond ours is built by another program, where there is one', async () => {
    await load({ 'kustomization.yaml': 'helmCharts: [{name: x}]\n' }).catch(() => {});
    const asked: string[] = [];
    const objects = await loadManifests('.', {
      cwd: folder,
      readFile: (name) => readFile(name, 'utf8'),
      buildElsewhere: async (path) => {
        asked.push(path);
        return { path: 'built', text: POD };
      },
    });
    expect([named(objects), asked]).toEqual([['Pod one'], [folder]]);
  });

  it('with a patch that fits nothing is refused', async () => {
    const files = {
      'kustomization.yaml': 'resources: [pod.yaml]\npatches: [{path: patch.yaml}]\n',
      'pod.yaml': POD,
      'patch.yaml': POD.replace('one', 'other'),
    };
    await expect(load(files)).rejects.toThrow(/patch\.yaml: the patch fits no object \(Pod other\)/);
  });

  it('deletes what a patch marks so', async () => {
    const files = {
      'kustomization.yaml':
        'resources: [pod.yaml]\npatches: [{patch: "{apiVersion: v1, kind: Pod, metadata: {name: one}, $patch: delete}"}]\n',
      'pod.yaml': `${POD}---\n${POD.replace('one', 'two')}`,
    };
    expect(named(await load(files))).toEqual(['Pod two']);
  });
});
