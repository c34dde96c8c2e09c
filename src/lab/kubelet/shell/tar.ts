/** `tar cf -` over the files of a container, which is how `kubectl cp` reads; what would write finds a read-only file system. Source: POSIX ustar. */
import { resolve } from 'node:path/posix';
import { entriesOf } from './container-files.ts';
import type { CommandCall } from './types.ts';

const BLOCK = 512;

function header(name: string, size: number, seconds: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number): void =>
    void block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at);
  block.write(name.slice(0, 99), 0);
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(seconds, 136, 12);
  block.write('        0', 148);
  block.write('ustar\u000000root', 257);
  block.write('root', 297);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

export function tar(call: CommandCall): number {
  const { args, err, files, cwd, clock, io } = call;
  const [mode = '', ...rest] = args;
  if (mode.includes('x')) {
    err("tar: can't open: Read-only file system\n");
    return 1;
  }
  if (!/^-?c[hv]*f$/.test(mode) || rest[0] !== '-') {
    err('tar: only `tar cf - PATH...` is known here\n');
    return 1;
  }
  const at = rest.indexOf('-C');
  const base = at < 0 ? cwd : resolve(cwd, rest[at + 1] ?? '.');
  const names = rest.slice(1).filter((_, index) => at < 0 || (index + 1 !== at && index + 1 !== at + 1));
  let code = 0;
  for (const name of names) {
    const path = resolve(base, name);
    const found = files.has(path)
      ? [path]
      : entriesOf(files, path) === undefined
        ? []
        : [...files.keys()].filter((file) => file.startsWith(`${path}/`));
    if (found.length === 0) {
      err(`tar: ${name}: No such file or directory\n`);
      code = 1;
    }
    if (name.startsWith('/') && found.length > 0) err("tar: removing leading '/' from member names\n");
    for (const file of found) {
      const content = Buffer.from(files.get(file) ?? '');
      const member = name.startsWith('/') ? file.slice(1) : `${name}${file.slice(path.length)}`;
      io.write(
        'stdout',
        Buffer.concat([
          header(member, content.length, Math.floor(clock.now() / 1000)),
          content,
          Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK),
        ]),
      );
    }
  }
  io.write('stdout', Buffer.alloc(2 * BLOCK));
  if (code !== 0) err('tar: error exit delayed from previous errors\n');
  return code;
}
