export { type HttpAnswer, type HttpRequest, type HttpSender } from './http-port.ts';
export { createHttpSender, type HttpSenderOptions } from './http-sender.ts';
export { journeyJsonSchema } from './journey-schema.ts';
export { parseJourney, rateOf, type ParseJourneyOptions } from './parse-journey.ts';
export { serviceResolver, type IngressRoute, type ServiceResolver } from './service-resolver.ts';
export { servicesOnPath } from './services-on-path.ts';
export { startJourney, type RunningJourney, type StartJourneyOptions } from './start-journey.ts';
export { summarise, type SummariseOptions } from './summarise.ts';
export type * from './types.ts';
