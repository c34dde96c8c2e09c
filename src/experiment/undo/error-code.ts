/** The system's code of an error (`ENOENT`), if it has one. */
export const codeOf = (thrown: unknown): unknown => (thrown instanceof Error && 'code' in thrown ? thrown.code : undefined);
