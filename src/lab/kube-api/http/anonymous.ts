import type { UserInfo } from './types.ts';

/** Who did not say who they are. */
export const ANONYMOUS: UserInfo = { user: 'system:anonymous', groups: ['system:unauthenticated'] };
