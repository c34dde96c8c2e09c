import type { Document } from './document-store.ts';

/** What the databases hold before anybody has added anything. */
export const SAMPLE_CONTACTS: readonly Document[] = [
  ['Ada', 'Lovelace', 'Analytical Engines'],
  ['Grace', 'Hopper', 'Compilers United'],
  ['Alan', 'Turing', 'Bletchley Machines'],
  ['Katherine', 'Johnson', 'Orbital Mechanics'],
  ['Edsger', 'Dijkstra', 'Shortest Paths'],
].map(([firstname = '', lastname = '', company = ''], index) => ({
  id: `00000000-0000-4000-8000-00000000000${index + 1}`,
  firstname,
  lastname,
  email: `${firstname}.${lastname}@example.com`.toLowerCase(),
  company,
}));

export const SAMPLE_VISIT_REPORTS: readonly Document[] = [
  { subject: 'First meeting', result: 'A friendly talk, they were pleased.', sentiment: 1 },
  { subject: 'Delivery', result: 'The parts came late and one was broken.', sentiment: 0 },
  { subject: 'Review', result: 'Figures for the next year.', sentiment: 0.5 },
].map((report, index) => ({
  id: `00000000-0000-4000-9000-00000000000${index + 1}`,
  contactid: SAMPLE_CONTACTS[index]?.id ?? '',
  ...report,
}));
