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
