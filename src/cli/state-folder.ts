import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where evenkeel keeps runs and the lab's session: `$EVENKEEL_HOME`, else `$XDG_STATE_HOME/evenkeel`, else `~/.local/state/evenkeel`. */
export function stateFolder(env: Readonly<Record<string, string | undefined>>): string {
  if (env['EVENKEEL_HOME']) return env['EVENKEEL_HOME'];
  if (env['XDG_STATE_HOME']) return join(env['XDG_STATE_HOME'], 'evenkeel');
  return join(env['HOME'] ?? homedir(), '.local', 'state', 'evenkeel');
}
