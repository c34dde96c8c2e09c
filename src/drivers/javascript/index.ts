export { createJavascriptRoom } from './javascript-room.ts';
export type { JavascriptRoom } from './javascript-room.ts';
