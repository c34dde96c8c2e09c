import { describe, expect, it } from 'vitest';
import type { Ingress, IngressClass } from '../../kubernetes/index.ts';
import { NGINX, findRoute, servedIngresses, unusablePaths } from './ingress-rules.ts';

type Rule = readonly [path: string, pathType: string, service: string];

function ingress(
  rules: readonly Rule[],
  { host, annotations = {} }: { host?: string; annotations?: Record<string, string> } = {},
): Ingress {
  const paths = rules.map(([path, pathType, name]) => ({ path, pathType, backend: { service: { name, port: { number: 80 } } } }));
  return {
    metadata: { name: 'i', namespace: 'shop', annotations },
    spec: { rules: [{ ...(host === undefined ? {} : { host }), http: { paths } }] },
  };
}

const routeOf = (ingresses: readonly Ingress[], path: string, host = 'shop.example'): string | undefined => {
  const route = findRoute(ingresses, { host, path });
  return route && `${route.backend.service?.name} ${route.path}`;
};

describe('paths that are no regular expressions', () => {
  const broken: Rule = ['/(broken', 'ImplementationSpecific', 'web'];
  it('are found where they are taken for some, and match nothing', () => {
    const regex = { annotations: { [`${NGINX}use-regex`]: 'true' }, host: 'shop.example' };
    expect(unusablePaths([ingress([broken])])).toEqual([]);
    expect(unusablePaths([ingress([broken], regex)])).toEqual(['shop/i: /(broken']);
    expect(unusablePaths([ingress([broken], { host: 'shop.example' }), ingress([['/(?i)API/.*', 'Prefix', 'api']], regex)])).toEqual([
      'shop/i: /(broken',
    ]);
    expect(routeOf([ingress([broken, ['/ok', 'ImplementationSpecific', 'ok']], regex)], '/ok')).toBe('ok /ok');
  });
});

describe('paths without regular expressions', () => {
  const rules = ingress([
    ['/', 'Prefix', 'root'],
    ['/foo', 'Prefix', 'foo'],
    ['/foo/bar/', 'Prefix', 'bar'],
    ['/exact', 'Exact', 'exact'],
    ['/impl', 'ImplementationSpecific', 'impl'],
  ]);

  // Source: Kubernetes documentation, "Ingress", examples of path types.
  it.each([
    ['/', 'root /'],
    ['/foo', 'foo /foo'],
    ['/foo/', 'foo /foo/'],
    ['/foobar', 'root /foobar'],
    ['/foo/bar', 'bar /foo/bar'],
    ['/foo/bar/baz', 'bar /foo/bar/baz'],
    ['/foo/barbaz', 'foo /foo/barbaz'],
    ['/exact', 'exact /exact'],
    ['/exact/', 'root /exact/'],
    ['/implicit', 'impl /implicit'],
  ])('sends %s to %s', (path, wanted) => {
    expect(routeOf([rules], path)).toBe(wanted);
  });
});

describe('regular expressions', () => {
  it('come with a rewrite, for all paths of the host, without regard to case, the longest first', () => {
    const rewriting = ingress([['/api/(.*)', 'ImplementationSpecific', 'api']], { annotations: { [`${NGINX}rewrite-target`]: '/v1/$1' } });
    const plain = ingress([
      ['/', 'Prefix', 'root'],
      ['/foo', 'Prefix', 'foo'],
    ]);
    expect(routeOf([rewriting, plain], '/API/contacts/7')).toBe('api /v1/contacts/7');
    expect(routeOf([rewriting, plain], '/foobar')).toBe('foo /foobar');
    expect(routeOf([rewriting, plain], '/else')).toBe('root /else');
  });
});

describe('hosts', () => {
  const one = ingress([['/', 'Prefix', 'one']], { host: 'one.example' });
  const wildcard = ingress([['/', 'Prefix', 'wild']], { host: '*.example' });
  const any = ingress([['/', 'Prefix', 'any']]);

  it.each([
    ['one.example', 'one'],
    ['ONE.example:8080', 'one'],
    ['two.example', 'wild'],
    ['a.two.example', 'any'],
    ['127.0.0.1:8080', 'any'],
  ])('take %s to %s', (host, service) => {
    expect(routeOf([one, wildcard, any], '/', host)).toBe(`${service} /`);
  });

  it('without a rule are taken by the default backend, if there is one', () => {
    const fallback: Ingress = { metadata: { name: 'd', namespace: 'shop' }, spec: { defaultBackend: { service: { name: 'default' } } } };
    expect(routeOf([one], '/x', 'other.org')).toBeUndefined();
    expect(routeOf([one, fallback], '/x', 'other.org')).toBe('default /x');
  });

  it('with rules of their own leave the rest to the default backend of their Ingress, not to that of another', () => {
    const own: Ingress = { ...one, spec: { ...one.spec, rules: [], defaultBackend: { service: { name: 'catch-all' } } } };
    const withRest = ingress([['/a', 'Prefix', 'a']], { host: 'two.example' });
    const backed: Ingress = { ...withRest, spec: { ...withRest.spec, defaultBackend: { service: { name: 'rest' } } } };
    expect(routeOf([own, backed], '/b', 'two.example')).toBe('rest /b');
    expect(routeOf([own, withRest], '/b', 'two.example')).toBeUndefined();
    expect(routeOf([own, backed], '/b', 'three.example')).toBe('catch-all /b');
  });

  it('are reached by way of loopback: the only one as it is, any with .localhost behind it', () => {
    expect(routeOf([one], '/', '127.0.0.1:8080')).toBe('one /');
    expect(routeOf([one, ingress([['/', 'Prefix', 'two']], { host: 'two.example' })], '/', 'localhost:8080')).toBeUndefined();
    expect(routeOf([one, ingress([['/', 'Prefix', 'two']], { host: 'two.example' })], '/', 'two.example.localhost:8080')).toBe('two /');
  });
});

describe('rewrites', () => {
  it.each([
    ['/v2/$2', '/api(/|$)(.*)', '/api/books/7', '/v2/books/7'],
    ['/v2/$2', '/api(/|$)(.*)', '/api', '/v2/'],
    ['/$1/$2', '/(\\w+)/as/(\\w+)', '/a/as/b', '/a/b'],
    ['/', '/app', '/app/deep/down', '/'],
    ['$2', '/api(/|$)(.*)', '/api/x', '/x'],
  ])('to %s of %s take %s to %s', (target, path, asked, wanted) => {
    const rewriting = ingress([[path, 'ImplementationSpecific', 'api']], { annotations: { [`${NGINX}rewrite-target`]: target } });
    expect(routeOf([rewriting], asked)).toBe(`api ${wanted}`);
  });
});

describe('canaries', () => {
  const main = ingress([['/', 'Prefix', 'main']]);
  const canary = (annotations: Record<string, string>): Ingress =>
    ingress([['/', 'Prefix', 'canary']], {
      annotations: Object.fromEntries(
        Object.entries({ canary: 'true', ...annotations }).map(([name, value]) => [
          `${NGINX}${name === 'canary' ? name : `canary-${name}`}`,
          value,
        ]),
      ),
    });
  const taken = (annotations: Record<string, string>, sent: { header?: string; cookie?: string; percent?: number }): string | undefined =>
    findRoute([main, canary(annotations)], {
      host: 'x',
      path: '/',
      header: () => sent.header,
      cookie: () => sent.cookie,
      percent: () => sent.percent ?? 50,
    })?.backend.service?.name;

  it.each<[Record<string, string>, { header?: string; cookie?: string; percent?: number }, string]>([
    [{ weight: '20' }, { percent: 19 }, 'canary'],
    [{ weight: '20' }, { percent: 20 }, 'main'],
    [{ 'by-header': 'X-New', weight: '100' }, { header: 'never' }, 'main'],
    [{ 'by-header': 'X-New' }, { header: 'always' }, 'canary'],
    [{ 'by-header': 'X-New', 'by-header-value': 'yes' }, { header: 'yes' }, 'canary'],
    [{ 'by-header': 'X-New', 'by-header-value': 'yes' }, { header: 'no' }, 'main'],
    [{ 'by-cookie': 'new' }, { cookie: 'always' }, 'canary'],
    [{ 'by-cookie': 'new', weight: '100' }, { cookie: 'never' }, 'main'],
  ])('with %o take %o to %s', (annotations, sent, wanted) => {
    expect(taken(annotations, sent)).toBe(wanted);
  });
});

describe('ingress classes', () => {
  const named = (name: string, spec: Ingress['spec'] = {}, annotations: Record<string, string> = {}): Ingress => ({
    metadata: { name, namespace: 'shop', annotations },
    spec,
  });
  const all = [
    named('nginx', { ingressClassName: 'nginx' }),
    named('other', { ingressClassName: 'traefik' }),
    named('old', {}, { 'kubernetes.io/ingress.class': 'nginx' }),
    named('none'),
  ];
  const nginx = (isDefault: boolean): IngressClass => ({
    metadata: { name: 'nginx', annotations: { 'ingressclass.kubernetes.io/is-default-class': String(isDefault) } },
  });

  it.each<[string, IngressClass[], string[]]>([
    ['all without any class in the cluster', [], ['nginx', 'other', 'old', 'none']],
    ['those of a class that exists', [nginx(false)], ['nginx', 'old']],
    ['those without one too, when there is a default', [nginx(true)], ['nginx', 'old', 'none']],
  ])('serve %s', (_, classes, wanted) => {
    expect(servedIngresses(all, classes).map(({ metadata }) => metadata.name)).toEqual(wanted);
  });
});
