import type { ActivityDescriptor } from '../../experiment/index.ts';
import { sayHello } from './say-hello.ts';

/** A driver to copy: see CONTRIBUTING. */
export const helloActivities: readonly ActivityDescriptor[] = [sayHello];
