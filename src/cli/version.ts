declare const EVENKEEL_VERSION: string;

/** The version in package.json; put in by the bundler. */
export const version: string = EVENKEEL_VERSION;
