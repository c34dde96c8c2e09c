/**
 * Claims of one thing by many processes: a file for each claimant, `<key>.<claimant>.json`, so that whoever removes a dead one's file can
 * never remove that of somebody alive. Of several that claim at once at most one is confirmed (Lamport's bakery, on a folder).
 */
import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod/mini';
import { type Clock, EvenkeelError, makeFolder, messageOf, processIdentity } from '../../base/index.ts';
import { replaceFile } from './durable-log.ts';
import { codeOf } from './error-code.ts';

const Claim = z.object({
  target: z.string(),
  runId: z.string(),
  /** Who claims it, where that is not the runner: `recover`, `watchdog`. */
  by: z.optional(z.string()),
  pid: z.number(),
  process: z.string(),
  at: z.string(),
  /** False while the claimant still looks who else is there; absent in claims of older versions, which held at once. */
  held: z.optional(z.boolean()),
});

/** Who claims what, since when. */
export type Claim = z.infer<typeof Claim>;

export interface ClaimWish {
  readonly folder: string;
  /** The thing, as the beginning of a file name. */
  readonly key: string;
  /** Tells this claimant from all others, as part of a file name. */
  readonly claimant: string;
  readonly claim: Pick<Claim, 'target' | 'runId' | 'by' | 'at'>;
  /** Whether a claim of somebody else still counts. */
  readonly counts: (other: Claim) => Promise<boolean>;
  /** The wall's clock. */
  readonly wallClock: Clock;
}

export type ClaimAnswer =
  | { readonly taken: true; readonly release: () => Promise<void> }
  | { readonly taken: false; readonly holder: Claim };

const LOOK_AGAIN_MS = 5;
/** How long somebody else may look around before he counts as a holder: only a process that is suspended takes so long. */
const UNDECIDED_LIMIT_MS = 5000;

/**
 * Claims a thing. Result: a way to give it back, or who has it. Claims that no longer count are removed on the way.
 *
 * Safe: each writes its claim before it looks at the others', so of two at once at least one sees the other, and nobody is confirmed who sees
 * a claim that counts. Errors: `ENVIRONMENT` when the folder can not be used.
 */
export async function takeClaim(wish: ClaimWish): Promise<ClaimAnswer> {
  const { folder, key, claimant, wallClock } = wish;
  const path = join(folder, `${key}.${claimant}.json`);
  const own: Claim = { ...wish.claim, pid: process.pid, process: processIdentity(process.pid) ?? '', held: false };
  const release = (): Promise<void> => rm(path, { force: true });
  await makeFolder(folder);
  await writeWhole(path, own);
  const deadline = wallClock.now() + UNDECIDED_LIMIT_MS;
  try {
    for (;;) {
      const others = await countingOthers(wish, path);
      const stronger = others.find((other) => other.held !== false || precedes(other, own) || wallClock.now() >= deadline);
      if (stronger !== undefined) {
        await release();
        return { taken: false, holder: stronger };
      }
      if (others.length === 0) {
        await writeWhole(path, { ...own, held: true });
        return { taken: true, release };
      }
      await wallClock.sleep(LOOK_AGAIN_MS);
    }
  } catch (thrown) {
    await release();
    throw thrown;
  }
}

/** The order among those that claim at the same time. */
function precedes(other: Claim, own: Claim): boolean {
  const keyOf = ({ at, runId, by, pid }: Claim): string => [at, runId, by ?? '', pid].join(' ');
  return keyOf(other) < keyOf(own);
}

async function countingOthers({ folder, key, counts }: ClaimWish, ownPath: string): Promise<Claim[]> {
  const found: Claim[] = [];
  for (const { path, claim } of await readClaims(folder, key)) {
    if (path === ownPath) continue;
    if (claim !== undefined && (await counts(claim))) found.push(claim);
    else await rm(path, { force: true });
  }
  return found;
}

/** All claims in a folder, or those of one thing; without `claim` where the text makes no sense. */
export async function readClaims(folder: string, key = ''): Promise<{ readonly path: string; readonly claim: Claim | undefined }[]> {
  const names = await readdir(folder).catch((thrown: unknown) => {
    if (codeOf(thrown) === 'ENOENT') return [];
    throw notReadable(folder, thrown);
  });
  const paths = names
    .filter((name) => name.endsWith('.json') && name.startsWith(key === '' ? '' : `${key}.`))
    .map((name) => join(folder, name));
  const claims = await Promise.all(paths.map(async (path) => ({ path, text: await textOf(path) })));
  return claims.flatMap(({ path, text }) => (text === undefined ? [] : [{ path, claim: parse(text) }]));
}

/** Undefined when it was given back meanwhile. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw notReadable(path, thrown);
  }
}

function parse(text: string): Claim | undefined {
  try {
    const parsed = z.safeParse(Claim, JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** A reader sees all of a claim or nothing. */
const writeWhole = (path: string, claim: Claim): Promise<void> =>
  replaceFile(path, JSON.stringify(claim), { part: `${path}.${process.pid}.draft`, mode: 0o600 });

function notReadable(path: string, thrown: unknown): EvenkeelError {
  return new EvenkeelError('ENVIRONMENT', `${path} can not be read: ${messageOf(thrown)}`, {
    blame: 'environment',
    hint: 'Name another folder with EVENKEEL_HOME.',
    cause: thrown,
  });
}
