/** The walls of the house (docs/decisions/001-rooms.md): a scan of import lines, no parser. Every rule says why it is there. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** What each room may import. */
const ARROWS: Readonly<Record<string, readonly string[]>> = (() => {
  const kubernetes = ['base'];
  const cluster = ['base', 'kubernetes'];
  const scheduling = [...cluster, 'cluster'];
  const whatif = [...scheduling, 'scheduling'];
  const hardening = [...whatif, 'whatif'];
  const all = [
    'base',
    'kubernetes',
    'arm',
    'cluster',
    'scheduling',
    'whatif',
    'hardening',
    'experiment',
    'journeys',
    'report',
    'clients',
    'drivers',
    'lab',
    'dashboard',
    'incluster',
  ];
  return {
    base: [],
    kubernetes,
    arm: ['base'],
    cluster,
    scheduling,
    whatif,
    hardening,
    experiment: ['base'],
    journeys: ['base'],
    report: ['base', 'experiment', 'journeys', 'whatif', 'hardening'],
    clients: ['base', 'kubernetes', 'arm'],
    drivers: ['base', 'kubernetes', 'arm', 'clients', 'experiment'],
    lab: ['base', 'kubernetes', 'arm', 'cluster', 'scheduling'],
    dashboard: ['base', 'report', 'whatif', 'hardening', 'experiment'],
    incluster: ['base', 'kubernetes', 'clients', 'experiment', 'report'],
    cli: all,
  };
})();

const PURE = ['kubernetes', 'arm', 'cluster', 'scheduling', 'whatif', 'hardening'];
const SIBLINGS_APART = [
  /^src\/scheduling\/filters\//,
  /^src\/scheduling\/scores\//,
  /^src\/hardening\/fixes\//,
  /^src\/drivers\/[^/]+\//,
  /^src\/lab\/arm-api\//,
  /^src\/cli\/commands\//,
];
/** Files of those folders that siblings may import: what they share, the list, the types. */
const SHARED_FILE = /(^_|\/_|\/index\.ts$|\/types\.ts$)/;

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

function filesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

const read = (file: string): string => readFileSync(join(root, file), 'utf8');

function importsOf(file: string): Import[] {
  const found = [
    ...read(file).matchAll(
      /(?:^|\n)\s*(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|import\('([^']+)'\)|(?:^|\n)import\s+'([^']+)'/g,
    ),
  ];
  return found.map((match) => {
    const target = match[2] ?? match[3] ?? match[4] ?? '';
    const resolved = target.startsWith('.') ? join(dirname(file), target).split(sep).join('/') : target;
    return { file, target: resolved, typeOnly: match[1] !== undefined };
  });
}

const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file);
const roomOf = (path: string): string | undefined => /^src\/([^/]+)\//.exec(path)?.[1];
const source = filesUnder('src');
const imports = source.filter((file) => !isTest(file)).flatMap(importsOf);
const show = (list: readonly Import[]): string[] => list.map(({ file, target }) => `${file} -> ${target}`);

describe('architecture', () => {
  it('lets rooms import only what the design allows, so that arrows point inward', () => {
    const wrong = imports.filter(({ file, target }) => {
      const from = roomOf(file);
      const to = roomOf(target);
      return from !== undefined && to !== undefined && from !== to && !(ARROWS[from] ?? []).includes(to);
    });
    expect(show(wrong)).toEqual([]);
  });

  it('enters a room through its index, so that its inside can change', () => {
    const wrong = imports.filter(({ file, target }) => {
      const to = roomOf(target);
      // A driver is a room of its own: a command loads only those that it needs.
      const entry = to === 'drivers' ? /^src\/drivers\/[^/]+\/index\.ts$/ : new RegExp(`^src/${to}/index\\.ts$`);
      return to !== undefined && roomOf(file) !== to && !entry.test(target);
    });
    expect(show(wrong)).toEqual([]);
  });

  it("enters a room of the lab through that room's index", () => {
    const inner = (path: string): string | undefined => /^src\/lab\/([^/]+)\//.exec(path)?.[1];
    const wrong = imports.filter(({ file, target }) => {
      const to = inner(target);
      return to !== undefined && inner(file) !== to && !/^src\/lab\/[^/]+\/index\.ts$/.test(target);
    });
    expect(show(wrong)).toEqual([]);
  });

  it('keeps the engine, the drivers and the lab apart: they meet over HTTPS alone, else the emulator agrees with the driver by construction', () => {
    const sides = ['lab', 'drivers', 'clients', 'experiment'];
    const wrong = imports.filter(({ file, target }) => {
      const [from, to] = [roomOf(file), roomOf(target)];
      return from !== to && (from === 'lab' || to === 'lab') && sides.includes(from ?? '') && sides.includes(to ?? '');
    });
    expect(show(wrong)).toEqual([]);
  });

  it('keeps pure rooms free of clock, chance, network, files and environment', () => {
    const impure =
      /\b(Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|setImmediate|process\.|performance\.now|fetch\()|from 'node:/;
    const wrong = source.filter((file) => PURE.includes(roomOf(file) ?? '') && !isTest(file) && impure.test(read(file)));
    expect(wrong).toEqual([]);
  });

  it('takes time and chance as arguments everywhere: only base and the command line touch the real ones', () => {
    const real = /\b(Date\.now\(|Math\.random\()/;
    const wrong = source.filter((file) => !['base', 'cli'].includes(roomOf(file) ?? '') && !isTest(file) && real.test(read(file)));
    expect(wrong).toEqual([]);
  });

  it('keeps siblings apart where one thing is one file; what they share sits in a _shared file', () => {
    const wrong = imports.filter(({ file, target }) => {
      const folder = SIBLINGS_APART.find((pattern) => pattern.test(file));
      if (folder === undefined || file.endsWith('/index.ts') || dirname(file) !== dirname(target)) return false;
      return !SHARED_FILE.test(target) && !SHARED_FILE.test(file);
    });
    expect(show(wrong)).toEqual([]);
  });

  it('keeps words of the trade out of base', () => {
    const words = /kubernetes|azure|chaos|\bpods?\b/i;
    const wrong = source.filter((file) => roomOf(file) === 'base' && !isTest(file) && words.test(read(file).replace(/"[^"]*"/g, '')));
    expect(wrong).toEqual([]);
  });

  it('lets the browser code import only types, and only from report and dashboard', () => {
    const wrong = filesUnder('web')
      .filter((file) => !isTest(file))
      .flatMap(importsOf)
      .filter(({ target, typeOnly }) => roomOf(target) !== undefined && !(typeOnly && /^src\/(report|dashboard)\/index\.ts$/.test(target)));
    expect(show(wrong)).toEqual([]);
  });

  it('never calls process.exit outside the command line', () => {
    const wrong = source.filter((file) => roomOf(file) !== 'cli' && /process\.exit\(/.test(read(file)));
    expect(wrong).toEqual([]);
  });
});
