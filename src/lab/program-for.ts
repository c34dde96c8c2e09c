import { contactsProgram } from './contacts/index.ts';
import type { ProgramFor } from './kubelet/index.ts';
import { standInProgram } from './stand-in/index.ts';

/** The sample application for its images, a stand-in for all others. */
export const programFor: ProgramFor = (pod, container) => contactsProgram(container.image ?? '') ?? standInProgram(pod, container);
