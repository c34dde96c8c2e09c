export { processProvider } from './process-provider.ts';
export { findProgram } from './_find-program.ts';
