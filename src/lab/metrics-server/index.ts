export { startMetricsServer } from './start-metrics-server.ts';
export type { MetricsServerOptions } from './start-metrics-server.ts';
