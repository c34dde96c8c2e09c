export { armCodeOf } from './arm-errors.ts';
export { type ArmClientOptions, createArmClient } from './create-arm-client.ts';
export { type AzureLogin, type AzureLoginSources, resolveAzureLogin } from './resolve-azure-login.ts';
