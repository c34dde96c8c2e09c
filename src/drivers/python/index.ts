export { createPythonRoom } from './python-room.ts';
export type { PythonRoom } from './python-room.ts';
