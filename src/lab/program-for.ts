import { contactsProgram } from './contacts/index.ts';
import type { LabApi } from './kube-api/index.ts';
import type { ProgramFor } from './kubelet/index.ts';
import { createWorkloadKnowledge, standInProgram } from './stand-in/index.ts';

/** The sample application for its images, for all others a stand-in that goes by what the cluster's objects tell. */
export function createProgramFor(api: LabApi): { readonly programFor: ProgramFor; stop(): void } {
  const knowledge = createWorkloadKnowledge(api);
  return {
    programFor: (pod, container) => contactsProgram(container.image ?? '') ?? standInProgram(pod, container, knowledge),
    stop: () => knowledge.stop(),
  };
}
