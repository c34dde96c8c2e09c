export { contactsProgram } from './contacts-program.ts';
export { CONTACTS_NAMESPACE, contactsManifests } from './manifests.ts';
export { seedContacts } from './seed-contacts.ts';
export { OUTSIDE_HOSTS, startOutsideServices } from './start-outside-services.ts';
export { WORKSHOP_NODE_AGES_MS, WORKSHOP_POD_RANGES, WORKSHOP_PODS } from './workshop-pods.ts';
