import type { ServiceResolver } from './service-resolver.ts';
import { fill, referencesIn } from './template.ts';
import type { JourneySpec } from './types.ts';

/** The Services that a journey's steps go to, in the order of the steps, each once: what a prediction needs to know of it. */
export function servicesOnPath(
  spec: JourneySpec,
  resolve: ServiceResolver,
  env: Readonly<Record<string, string | undefined>> = {},
): string[] {
  const known = new Map(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
  const found = spec.steps.map((step) => step.service ?? resolve(fillKnown(step.url, known)));
  return [...new Set(found.filter((service) => service !== undefined))];
}

/** The names of the hosts that a journey's steps go to, as far as they are known before it starts; no addresses. */
export function hostsOf(spec: JourneySpec, env: Readonly<Record<string, string | undefined>> = {}): string[] {
  const known = new Map(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
  const urls = spec.steps.map((step) => fillKnown(step.url, known)).filter((url) => URL.canParse(url));
  const hosts = urls.map((url) => new URL(url).hostname);
  return [...new Set(hosts.filter((host) => host !== '' && host !== 'localhost' && !/^[\d.]+$|^\[/.test(host)))];
}

/** Captured values are not known yet: any text stands for them, for it is the path that decides. */
function fillKnown(url: string, known: ReadonlyMap<string, string>): string {
  const all = new Map(known);
  for (const { name } of referencesIn(url)) if (!all.has(name)) all.set(name, 'x');
  return fill(url, all);
}
