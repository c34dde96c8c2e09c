import { createArmClient, resolveAzureLogin } from '../../clients/index.ts';
import type { Connect } from './_activity.ts';

/** Signs in as the run's environment, configuration and secrets say. */
export const connectToAzure: Connect = async ({ clock, log, env, configuration, secrets }) => {
  const login = await resolveAzureLogin({ env, configuration, secrets });
  log.debug(`Azure: ${login.description}, subscription ${login.subscriptionId} at ${login.endpoint}`);
  const { credential, endpoint, subscriptionId, ca } = login;
  return createArmClient({ credential, endpoint, subscriptionId, ca, clock, log });
};
