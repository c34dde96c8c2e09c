export { createLabNetwork } from './create-lab-network.ts';
export type * from './types.ts';
export { ingressNotes } from './ingress-notes.ts';
