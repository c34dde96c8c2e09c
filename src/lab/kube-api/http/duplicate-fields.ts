/** Finds members that a JSON text names twice: the standard parser keeps the last without a word. */

/** `duplicate field "metadata.name"`, in the order of the text. The text is valid JSON. */
export function duplicateFields(text: string): string[] {
  const found: string[] = [];
  let at = 0;
  const skip = (): void => {
    while (/\s/.test(text.charAt(at))) at++;
  };
  const string = (): string => {
    const start = at++;
    while (text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1;
    at++;
    return text.slice(start + 1, at - 1);
  };
  const members = (path: string): void => {
    const seen = new Set<string>();
    at++;
    for (skip(); text.charAt(at) !== '}'; skip()) {
      if (text.charAt(at) === ',') {
        at++;
        continue;
      }
      const key = string();
      const inner = path === '' ? key : `${path}.${key}`;
      if (seen.has(key)) found.push(`duplicate field "${inner}"`);
      seen.add(key);
      skip();
      at++; // the colon
      value(inner);
    }
    at++;
  };
  const items = (path: string): void => {
    at++;
    for (let index = 0; ; skip()) {
      skip();
      if (text.charAt(at) === ']') break;
      if (text.charAt(at) === ',') {
        at++;
        index++;
      } else value(`${path}[${index}]`);
    }
    at++;
  };
  const value = (path: string): void => {
    skip();
    const first = text.charAt(at);
    if (first === '{') members(path);
    else if (first === '[') items(path);
    else if (first === '"') string();
    else while (at < text.length && !/[\s,\]}]/.test(text.charAt(at))) at++;
  };
  value('');
  return found;
}
