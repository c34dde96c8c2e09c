export { serviceNamedBy, standInProgram } from './stand-in-program.ts';
export { createWorkloadKnowledge } from './workload-knowledge.ts';
