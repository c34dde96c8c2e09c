import { z } from 'zod';
import type { ActivityDescriptor } from '../../experiment/index.ts';

const parameters = z.object({ name: z.string().min(1).default('world').describe('whom to greet') });

/** The smallest action: breaks nothing, so it plans no undo. */
export const sayHello: ActivityDescriptor = {
  name: 'hello/say-hello',
  kind: 'action',
  summary: 'greets somebody and waits a moment',
  aliases: [],
  parameters,
  permissions: [],
  run: async (args, context) => {
    const { name } = parameters.parse(args);
    await context.clock.sleep(100, context.signal);
    context.log.info(`hello, ${name}`);
    return { greeting: `hello, ${name}` };
  },
};
