export { httpProvider } from './http-provider.ts';
export { encodeUrl } from './_encode.ts';
export { openVault } from './vault.ts';
export type { ReadVault, VaultOptions } from './vault.ts';
