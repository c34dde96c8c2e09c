export { createArmClient } from './create-arm-client.ts';
export { resolveAzureLogin } from './resolve-azure-login.ts';
