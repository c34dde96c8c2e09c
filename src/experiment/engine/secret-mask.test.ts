import { describe, expect, it } from 'vitest';
import { createSecretMask } from './secret-mask.ts';

function maskOf(secrets: unknown) {
  const mask = createSecretMask();
  mask.hide(secrets);
  return mask;
}

describe('a mask', () => {
  it('leaves JSON what it is, whatever the secrets look like', () => {
    const journal = { name: 'a probe', status: null, duration: 1234.5, deviated: false, output: 'pin 1234, null, false; name' };
    const masked = maskOf({ a: '1234', b: 'null', c: 'false', d: 'name' }).json(JSON.stringify(journal, undefined, 2));
    expect(JSON.parse(masked)).toEqual({ ...journal, output: 'pin ********, ********, ********; ********' });
  });

  it('hides a long secret in names too', () => {
    const mask = maskOf('correct horse battery');
    const found = { 'of correct horse battery': 1 };
    expect(mask.deep(found)).toEqual({ 'of ********': 1 });
    expect(JSON.parse(mask.json(JSON.stringify(found)))).toEqual({ 'of ********': 1 });
  });

  it('masks a text of megabytes', () => {
    const masked = maskOf('hunter2').json(JSON.stringify({ body: `${'\\"x'.repeat(2_000_000)}hunter2` }));
    expect(masked.slice(-11)).toBe('x********"}');
  });

  it('hides what is left of a secret that was cut', () => {
    const token = `eyJ${'abcdefghij'.repeat(40)}`;
    const mask = maskOf(token);
    expect(mask.text(`found 'token=${token.slice(0, 70)}…, wanted 1`)).toBe("found 'token=********…, wanted 1");
    expect(mask.text('nothing is known …')).toBe('nothing is known …');
  });

  it('hides numbers, texts with half a character, and what the environment and the configuration call a secret', () => {
    const mask = createSecretMask({ DB_PASSWORD: 'from the environment', SHELL: 'not a secret at all' });
    mask.hide({ pin: 123456, half: 'half \ud800 of it' });
    mask.hideNamed({ vault_token: 'hvs.a-long-token', vault_addr: 'http://vault:8200' });
    expect(mask.text('123456 from the environment, not a secret at all, hvs.a-long-token, http://vault:8200, half \ud800 of it')).toBe(
      '******** ********, not a secret at all, ********, http://vault:8200, ********',
    );
  });
});
