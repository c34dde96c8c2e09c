import { describe, expect, it } from 'vitest';
import { parseJourney } from './parse-journey.ts';
import { serviceResolver, type IngressRoute } from './service-resolver.ts';
import { servicesOnPath } from './services-on-path.ts';

const route = (path: string, service: string, more: Partial<IngressRoute> = {}): IngressRoute => ({
  host: undefined,
  path,
  pathType: 'Prefix',
  service,
  ...more,
});
const resolve = serviceResolver([
  route('/', 'shop/front'),
  route('/contacts', 'shop/contacts'),
  route('/contacts/search', 'shop/search', { pathType: 'Exact' }),
  route('/reports(/|$)(.*)', 'shop/reports', { pathType: 'ImplementationSpecific' }),
  route('/', 'other/site', { host: '*.example.org' }),
]);

describe('serviceResolver', () => {
  it.each([
    ['http://h/', 'shop/front'],
    ['http://h/contacts', 'shop/contacts'],
    ['http://h/contacts/7?x=1', 'shop/contacts'],
    ['http://h/contactsx', 'shop/front'],
    ['http://h/contacts/search?q=a', 'shop/search'],
    ['http://h/contacts/search/more', 'shop/contacts'],
    ['http://h/reports/7', 'shop/reports'],
    ['http://a.example.org/contacts', 'other/site'],
    ['http://a.b.example.org/contacts', 'shop/contacts'],
  ])('%s -> %s', (url, service) => {
    expect(resolve(url)).toBe(service);
  });

  it.each([
    ['http://203.0.113.7/', 'shop/front'],
    ['http://198.51.100.9/', undefined],
    ['https://shop.example.net/contacts', 'shop/front'],
    ['https://example.net/', undefined],
    ['https://not-looked-up.example.net/', 'shop/front'],
    ['http://localhost:8080/', 'shop/front'],
    ['https://by.name/', 'shop/named'],
  ])("blames for a route of any host only what goes to its Ingress's address: %s -> %s", (url, service) => {
    const addresses = [{ host: '203.0.113.7' }];
    const known = new Map([
      ['shop.example.net', ['203.0.113.7']],
      ['example.net', ['198.51.100.9']],
      ['by.name', []],
    ]);
    const routes = [route('/', 'shop/front', { addresses }), route('/', 'shop/named', { host: 'by.name', addresses })];
    expect(serviceResolver(routes, known)(url)).toBe(service);
  });

  it('tells ports apart where the Ingress tells its own', () => {
    const here = serviceResolver([route('/', 'shop/front', { addresses: [{ host: '127.0.0.1', ports: [8080] }] })]);
    expect([here('http://127.0.0.1:8080/'), here('http://localhost:8080/x'), here('http://127.0.0.1:9/')]).toEqual([
      'shop/front',
      'shop/front',
      undefined,
    ]);
  });

  it('knows nothing where there is no rule', () => {
    expect(serviceResolver([])('http://h/')).toBeUndefined();
  });

  it('tells the services that a journey goes through', () => {
    const spec = parseJourney(
      'name: a\nsteps:\n - get: "${E}/"\n - get: "${E}/contacts/${id}"\n - {get: "http://y", service: s}\n - get: "${E}/"',
      { path: 'a' },
    );
    expect(servicesOnPath(spec, resolve, { E: 'http://h' })).toEqual(['shop/front', 'shop/contacts', 's']);
  });
});
