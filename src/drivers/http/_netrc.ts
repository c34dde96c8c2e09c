/** User and password of a host in a `.netrc` file, as `user:password`. The last entry of the host counts, else `default`. */
export function findLogin(text: string, host: string): string | undefined {
  const words = wordsOf(text);
  let found: string | undefined;
  let fallback: string | undefined;
  for (let at = 0; at < words.length;) {
    const word = words[at++];
    if (word !== 'machine' && word !== 'default') continue;
    const machine = word === 'machine' ? words[at++] : undefined;
    let login = '';
    let password = '';
    for (; at < words.length; at += 2) {
      const value = words[at + 1] ?? '';
      if (words[at] === 'login' || words[at] === 'user') login = value;
      else if (words[at] === 'password') password = value;
      else if (words[at] !== 'account') break;
    }
    if (word === 'default') fallback = `${login}:${password}`;
    else if (machine === host) found = `${login}:${password}`;
  }
  return found ?? fallback;
}

/** Without remarks and macros, which end at an empty line. */
function wordsOf(text: string): string[] {
  const plain = text.replace(/^[ \t]*macdef[^]*?(?:\n[ \t]*\n|$(?![^]))/gm, '').replace(/(^|\s)#.*$/gm, '$1');
  return [...plain.matchAll(/"((?:[^"\\]|\\.)*)"|\S+/g)].map(([word, quoted]) => quoted?.replace(/\\(.)/g, '$1') ?? word);
}
