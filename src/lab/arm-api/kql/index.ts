export { parseKql } from './parse.ts';
export { type Row, runKql } from './run.ts';
export { KqlError } from './_syntax.ts';
