/** The workshop page's listing of pods, row by row: what `kubectl get pods -o wide` shows there. */
export interface WorkshopPod {
  readonly name: string;
  /** The scale-set instance that it sits on. */
  readonly instanceId: string;
  readonly ip: string;
  readonly restarts: number;
  readonly ageMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
// kubectl rounds ages down; some minutes more keep them from looking like the very hour.
const LONG_AGO_MS = 16 * DAY_MS + 40 * 60_000;
const LATELY_MS = 3 * DAY_MS + 19 * HOUR_MS + 20 * 60_000;

const row = (name: string, instanceId: string, ip: string, ageMs: number, restarts = 0): WorkshopPod => ({
  name,
  instanceId,
  ip,
  restarts,
  ageMs,
});

export const WORKSHOP_PODS: readonly WorkshopPod[] = [
  row('ca-deploy-7d6855964c-sn7wm', '10', '10.244.7.18', LATELY_MS),
  row('frontend-deploy-5d85979b7b-m4cjx', '9', '10.244.6.6', LONG_AGO_MS),
  row('mssql-deployment-5998699cd8-9rpx5', '9', '10.244.6.13', LONG_AGO_MS),
  row('resources-deploy-7f5f968587-ql2bg', '10', '10.244.7.19', LATELY_MS),
  row('resources-function-deploy-58744cb66-tlvrh', '10', '10.244.7.16', LATELY_MS),
  row('search-deploy-88bd76564-6s9dh', '0', '10.244.2.223', LATELY_MS),
  row('search-deploy-88bd76564-744xn', '0', '10.244.2.222', LATELY_MS),
  row('search-function-deploy-84b4b6bc84-sdxdr', '10', '10.244.7.17', LATELY_MS),
  row('textanalytics-function-deploy-6bc56f6b8c-jxqsk', '10', '10.244.7.20', LATELY_MS),
  row('visitreports-deploy-5fc8bf9cf5-gfv9r', '9', '10.244.6.8', LONG_AGO_MS, 1),
];

/** Pod ranges of the nodes, by instance. */
export const WORKSHOP_POD_RANGES: Readonly<Record<string, string>> = { '0': '10.244.2.0/24', '9': '10.244.6.0/24', '10': '10.244.7.0/24' };
/** Ages of the nodes, by instance. */
export const WORKSHOP_NODE_AGES_MS: Readonly<Record<string, number>> = {
  '0': 27 * DAY_MS + 2 * HOUR_MS,
  '9': 16 * DAY_MS + 5 * HOUR_MS,
  '10': 16 * DAY_MS + 5 * HOUR_MS,
};
