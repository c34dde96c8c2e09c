export { httpProvider } from './http-provider.ts';
export { encodeUrl } from './_encode.ts';
