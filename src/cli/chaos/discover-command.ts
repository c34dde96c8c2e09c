/** `chaos discover PACKAGE`: what a package offers, into a file. Source: chaostoolkit-compat.md b.9, b.12. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { arch, machine, platform, release, type, version as systemVersion } from 'node:os';
import { resolve } from 'node:path';
import { messageOf } from '../../base/index.ts';
import { createPythonRoom } from '../../drivers/python/index.ts';
import { writeJson } from '../../experiment/index.ts';
import { version } from '../version.ts';
import { describeActivities } from './describe-activities.ts';
import { contextOf } from './driver-context.ts';
import { createNotifier } from './notify.ts';
import { LIBRARY_VERSION } from './run-command.ts';
import type { Session } from './run-command.ts';
import { readSettings } from './settings.ts';

export interface DiscoverFlags {
  readonly discoveryPath: string;
}

/** Packages whose activities evenkeel has itself: name on the index or of the module -> module. */
const NATIVE: Readonly<Record<string, string>> = {
  'chaostoolkit-azure': 'chaosazure',
  chaosazure: 'chaosazure',
  'chaostoolkit-kubernetes': 'chaosk8s',
  chaosk8s: 'chaosk8s',
  evenkeel: 'evenkeel',
};

/**
 * Writes the discovery file. Nothing is installed: what is asked for is there, or it is a failure.
 *
 * Result: 0; 1 when the package is not there or offers nothing (the original ends with 0 there).
 */
export async function discoverCommand(session: Session, name: string, { discoveryPath }: DiscoverFlags): Promise<number> {
  const { io, console, settingsFile } = session;
  const python = createPythonRoom({ env: io.env });
  const notify = createNotifier(readSettings(settingsFile, console), contextOf(io, console.log), python);
  await notify('discovery-started', name);
  try {
    console.write('INFO', `Discovering capabilities from ${name}`);
    const found = await activitiesOf(session, name, python);
    const discovery = {
      chaoslib_version: LIBRARY_VERSION,
      id: randomUUID(),
      target: NATIVE[name] ?? name,
      date: `${new Date(io.clock.now()).toISOString().slice(0, -1)}000Z`,
      platform: systemFacts(),
      extension: { name, version: found.version },
      activities: found.activities,
      system: null,
    };
    writeFileSync(resolve(io.cwd, discoveryPath), `${writeJson(discovery)}\n`);
    console.write('INFO', `Discovery outcome saved in ${discoveryPath}`);
    await notify('discovery-completed', discovery);
    return 0;
  } catch (thrown) {
    console.write('CRITICAL', messageOf(thrown));
    await notify('discovery-failed', name, messageOf(thrown));
    return 1;
  } finally {
    await python.stop();
  }
}

async function activitiesOf(
  { io }: Session,
  name: string,
  python: ReturnType<typeof createPythonRoom>,
): Promise<{ readonly version: string; readonly activities: readonly unknown[] }> {
  const native = Object.hasOwn(NATIVE, name) ? NATIVE[name] : undefined;
  if (native === undefined) return python.discover(name);
  const { activities } = await io.drivers();
  return { version, activities: describeActivities(activities, native) };
}

function systemFacts(): object {
  return {
    system: type(),
    node: platform(),
    release: release(),
    version: systemVersion(),
    machine: machine(),
    proc: arch(),
    python: process.version,
  };
}
