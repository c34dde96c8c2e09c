export { START_UP_ANNOTATION, standInProgram } from './stand-in-program.ts';
