/** Commands that ask the cluster's DNS, and that try a port. */
import { isIP } from 'node:net';
import type { CommandCall, ShellCommand } from './types.ts';

const plain = ({ args }: CommandCall, valued: readonly string[] = []): string[] =>
  args.filter((arg, index) => !/^[-+@]/.test(arg) && !valued.includes(args[index - 1] ?? ''));

function nslookup(call: CommandCall): number {
  const [name = ''] = plain(call);
  const { server, found } = { server: call.dnsServer, found: call.lookUp(name) };
  call.out(`Server:\t\t${server}\nAddress:\t${server}:53\n\n`);
  if (found === undefined) {
    call.out(`** server can't find ${name}: NXDOMAIN\n\n`);
    return 1;
  }
  for (const address of found.addresses) call.out(`Name:\t${found.name}\nAddress: ${address}\n`);
  call.out('\n');
  return 0;
}

function getent(call: CommandCall): number {
  const [database, name = ''] = call.args;
  if (database !== 'hosts' && database !== 'ahosts') {
    call.err(`Unknown database: ${database ?? ''}\n`);
    return 1;
  }
  const found = call.lookUp(name);
  for (const address of found?.addresses ?? []) call.out(`${address.padEnd(15)} ${found?.name ?? ''}\n`);
  return found === undefined ? 2 : 0;
}

function dig(call: CommandCall): number {
  const [name = ''] = plain(call);
  const searches = call.args.includes('+search');
  const found = searches || /\.cluster\.local\.?$/.test(name) ? call.lookUp(name) : undefined;
  if (call.args.includes('+short')) {
    for (const address of found?.addresses ?? []) call.out(`${address}\n`);
    return 0;
  }
  const asked = found?.name ?? name;
  const answers = (found?.addresses ?? []).map((address) => `${asked}.\t5\tIN\tA\t${address}\n`).join('');
  call.out(
    `;; ->>HEADER<<- opcode: QUERY, status: ${found ? 'NOERROR' : 'NXDOMAIN'}, id: 1\n\n;; QUESTION SECTION:\n;${asked}.\t\tIN\tA\n`,
  );
  if (answers !== '') call.out(`\n;; ANSWER SECTION:\n${answers}`);
  call.out(`\n;; SERVER: ${call.dnsServer}#53(${call.dnsServer}) (UDP)\n`);
  return 0;
}

/** `-z`, `-v`, `-w seconds`: whether something listens. */
async function nc(call: CommandCall): Promise<number> {
  const [host = '', port = ''] = plain(call, ['-w', '-i']);
  const flags = call.args.filter((arg) => /^-[a-z]+$/.test(arg)).join('');
  const at = call.args.indexOf('-w');
  const limitMs = at < 0 ? 127_000 : Number(call.args[at + 1]) * 1000;
  const tell = (text: string): void => (flags.includes('v') ? call.err(text) : undefined);
  const found = isIP(host) === 0 ? call.lookUp(host) : { name: host, addresses: [host] };
  const [address] = found?.addresses ?? [];
  if (address === undefined) {
    call.err(`nc: bad address '${host}'\n`);
    return 1;
  }
  const limit = new AbortController();
  const giveUp = (): void => limit.abort();
  const cancel = call.clock.after(limitMs, giveUp);
  call.io.signal.addEventListener('abort', giveUp, { once: true });
  try {
    const wire = await call.connect(host, Number(port), limit.signal);
    tell(`${host} (${address}:${port}) open\n`);
    wire.destroy();
    return 0;
  } catch {
    tell(`nc: ${host} (${address}:${port}): ${limit.signal.aborted ? 'Connection timed out' : 'Connection refused'}\n`);
    return 1;
  } finally {
    cancel();
    call.io.signal.removeEventListener('abort', giveUp);
  }
}

export const NET_COMMANDS: Readonly<Record<string, ShellCommand>> = { dig, getent, nc, nslookup };
