import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createRandom, createRealClock, silentLogger } from '../../base/index.ts';
import { createCookieJar } from './_cookies.ts';
import { readUrl } from './_encode.ts';
import { httpProvider } from './http-provider.ts';

const NOW = Date.parse('2026-01-31T10:00:00Z');

describe('a cookie', () => {
  it.each([
    ['http://a.example.com/x/y?z', 'k=v', 'http://a.example.com:81/x/other', 'k=v'],
    ['http://a.example.com/x/y?z', 'k=v', 'http://a.example.com/x?q', 'k=v'],
    ['http://a.example.com/x/y', 'k=v', 'http://a.example.com/xy', undefined],
    ['http://a.example.com/x/y', 'k=v', 'http://b.example.com/x/y', undefined],
    ['http://a.example.com/x/y', 'k=v; Path=/', 'http://a.example.com/', 'k=v'],
    ['http://a.example.com/', 'k=v; Domain=.example.com', 'http://b.example.com/', 'k=v'],
    ['http://a.example.com/', 'k=v; Domain=com', 'http://b.com/', undefined],
    ['http://a.example.com/', 'k=v; Domain=other.com', 'http://other.com/', undefined],
    ['https://a.example.com/', 'k=v; Secure', 'http://a.example.com/', undefined],
    ['https://a.example.com/', 'k=v; Secure; HttpOnly', 'https://a.example.com/', 'k=v'],
    ['http://a.example.com/', 'k=v; Expires=Fri, 30 Jan 2026 10:00:00 GMT', 'http://a.example.com/', undefined],
    ['http://a.example.com/', 'k=v; Max-Age=60; Expires=Fri, 30 Jan 2026 10:00:00 GMT', 'http://a.example.com/', 'k=v'],
    ['http://a.example.com/', 'k=v; Max-Age=0', 'http://a.example.com/', undefined],
    ['http://a.example.com/', 'k="a=b"', 'http://a.example.com/', 'k="a=b"'],
    ['http://a.example.com/', 'nothing', 'http://a.example.com/', undefined],
  ])('of %s (%s) is for %s: %s', (from, line, to, header) => {
    const jar = createCookieJar();
    jar.keep(readUrl(from), [line], NOW);
    expect(jar.headerFor(readUrl(to))).toBe(header);
  });

  it('is replaced by one of the same name and place, and taken away by one that is over', () => {
    const jar = createCookieJar();
    const url = readUrl('http://a.example.com/');
    jar.keep(url, ['a=1', 'b=1; Path=/x', 'c=1', 'a=2', 'c=; Max-Age=0'], NOW);
    expect(jar.headerFor(readUrl('http://a.example.com/x/y'))).toBe('b=1; a=2');
  });

  it('that a redirect sets is sent to where it leads, so that a server that asks for it is content', async () => {
    const server = createServer((request, response) => {
      if (request.headers.cookie === 'seen=yes; also=this') response.writeHead(200).end('content');
      else response.writeHead(302, { Location: '/', 'Set-Cookie': ['seen=yes; Path=/', 'also=this'] }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // Listening on a TCP port, its address is an object.
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const answer = await httpProvider().run(
      { type: 'http', url, headers: { Cookie: 'mine=1' } },
      {
        clock: createRealClock(),
        random: createRandom('x'),
        log: silentLogger,
        signal: new AbortController().signal,
        env: {},
        configuration: {},
        secrets: {},
        activityName: 'a',
        undo: { plan: () => Promise.resolve() },
      },
    );
    server.close();
    expect(answer).toMatchObject({ status: 200, body: 'content' });
  });
});
