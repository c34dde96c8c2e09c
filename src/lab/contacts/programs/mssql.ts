import type { Program } from '../../kubelet/index.ts';
import { createDocumentStore } from '../document-store.ts';
import { portOf, tellStart } from '../program.ts';
import { SAMPLE_CONTACTS } from '../sample-data.ts';

/** The database in the cluster: without a volume, so what was added is lost with its pod, and only the sample data is there again. */
export const mssql: Program = {
  startUpMs: 20_000,
  async start(context) {
    await context.listen(portOf(context), createDocumentStore({ ...context, documents: { contacts: SAMPLE_CONTACTS } }));
    tellStart(context);
    return { stop: async () => {} };
  },
};
