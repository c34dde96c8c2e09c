import type { Cancel, Clock, Logger, Random } from '../../base/index.ts';
import type { LabNetwork } from '../network/index.ts';
import { createDocumentStore } from './document-store.ts';
import { createEventBus } from './event-bus.ts';
import { SAMPLE_CONTACTS, SAMPLE_VISIT_REPORTS } from './sample-data.ts';

/** The managed services that the sample application uses: hosts outside the nodes, which no node failure touches. */
export const OUTSIDE_HOSTS = {
  bus: 'contacts-bus.servicebus.lab',
  searchIndex: 'contacts-search.search.lab',
  visitReports: 'contacts-reports.documents.lab',
  storage: 'contacts-images.blob.lab',
  managedDatabase: 'contacts-sql.database.lab',
} as const;

export interface OutsideOptions {
  readonly network: LabNetwork;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Starts them on port 80 of their names. The managed database starts as a copy of the one in the cluster: with the sample contacts. */
export async function startOutsideServices({ network, clock, random, log }: OutsideOptions): Promise<Cancel> {
  // Their requests are nobody's log: only what goes wrong in them is told.
  const quiet = { ...log, info: () => {} };
  const store = (name: string, documents: Parameters<typeof createDocumentStore>[0]['documents'] = {}) =>
    network.listenOutside(name, 80, createDocumentStore({ clock, random: random.fork(name), log: quiet, documents }));
  const topics = { contacts: ['search-function'], visitreports: ['textanalytics-function'], images: ['resources-function'] };
  const cancels = await Promise.all([
    network.listenOutside(OUTSIDE_HOSTS.bus, 80, createEventBus({ clock, log: quiet, topics })),
    store(OUTSIDE_HOSTS.searchIndex, { contacts: SAMPLE_CONTACTS }),
    store(OUTSIDE_HOSTS.visitReports, { visitreports: SAMPLE_VISIT_REPORTS }),
    store(OUTSIDE_HOSTS.storage),
    store(OUTSIDE_HOSTS.managedDatabase, { contacts: SAMPLE_CONTACTS }),
  ]);
  return () => {
    for (const cancel of cancels) cancel();
  };
}
