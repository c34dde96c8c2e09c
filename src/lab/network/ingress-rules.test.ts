import { describe, expect, it } from 'vitest';
import type { Ingress } from '../../kubernetes/index.ts';
import { NGINX, findRoute } from './ingress-rules.ts';

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
  const route = findRoute(ingresses, host, path);
  return route && `${route.backend.service?.name} ${route.path}`;
};

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
});
