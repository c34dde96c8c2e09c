import type { ClusterModel, ServiceId } from '../cluster/index.ts';

/** Ports of SQL Server, PostgreSQL, MySQL, MongoDB, Oracle, Cassandra, CockroachDB and Db2. */
const PORTS = new Set([1433, 5432, 3306, 27017, 1521, 9042, 26257, 50000]);
const IMAGES = /(^|[/-])(mssql|postgres|mysql|mariadb|mongo|cassandra|cockroach|oracle|couchdb|etcd)/i;

/**
 * Tells whether a service stands before a data store, without which its callers can answer nothing: by its port, by the image behind
 * it, or because a StatefulSet is behind it. A cache (Redis, memcached) is none.
 */
export function isDataStore(model: ClusterModel, id: ServiceId): boolean {
  const service = model.service(id);
  const ports = service?.object.spec?.ports ?? [];
  if (ports.some(({ port, targetPort }) => PORTS.has(port) || (typeof targetPort === 'number' && PORTS.has(targetPort)))) return true;
  return (service?.workloads ?? []).some((workloadId) => {
    const workload = model.workload(workloadId);
    const images = (workload?.template.spec?.containers ?? []).map(({ image = '' }) => image);
    return (
      images.some((image) => IMAGES.test(image)) ||
      (workload?.kind === 'StatefulSet' && !images.some((image) => /redis|memcached/i.test(image)))
    );
  });
}
