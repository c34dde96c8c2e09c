/** Milliseconds in words: `0.4 s`, `12 s`, `5 min 45 s`. The bundle shares no code with the command line; a test holds both to the same words. */
export function duration(ms: number): string {
  if (ms < 0) return `−${duration(-ms)}`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1).replace(ms < 950 && ms > 0 ? '' : /\.0$/, '')} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d`;
}

/** How long an answer took: `140 ms`, `2.3 s`. */
export function latency(ms: number): string {
  return ms < 950 ? `${Math.round(ms)} ms` : duration(ms);
}

/** A moment relative to the fault: `+1:30`, `−0:20`. */
export function offset(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  const sign = seconds === 0 ? '' : ms < 0 ? '−' : '+';
  return `${sign}${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** A share of one, cut and never rounded up: `99.95 %`, `87.5 %`, `100 %`. */
export function percent(share: number): string {
  const factor = share >= 0.99 ? 100 : 10;
  return `${Math.floor(Number((share * 100 * factor).toPrecision(12))) / factor} %`;
}

/** `contactsapp/search` -> `search`. */
export function shortName(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}

/** `1 step`, `2 steps`. */
export function plural(count: number, singular: string, many = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : many}`;
}

/** Node names without their common beginning, cut at a dash. */
export function shortNodes(names: readonly string[]): string[] {
  const [first = ''] = names;
  let length = 0;
  while (names.length > 1 && length < first.length && names.every((name) => name[length] === first[length])) length++;
  const cut = first.lastIndexOf('-', length);
  return cut > 3 ? names.map((name) => `…${name.slice(cut + 1)}`) : [...names];
}

/** Round steps for an axis of the given length: about `count` of them. */
export function axisStepMs(lengthMs: number, count: number): number {
  const seconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400];
  const least = lengthMs / 1000 / count;
  return (seconds.find((candidate) => candidate >= least) ?? 86_400) * 1000;
}
