/** `1,3-5,7`: the completion indexes of a job. Source: validateIndexesFormat, pkg/apis/batch/validation, 1.36. */

/** How many there are, or why they can not be read. */
export function indexesIn(text: string, completions: number): number | { readonly problem: string } {
  if (text === '') return 0;
  let last: number | undefined;
  let total = 0;
  for (const interval of text.split(',')) {
    const read = readInterval(interval, completions);
    if ('problem' in read) return read;
    const [first, end] = read.bounds;
    if (last !== undefined && last >= first) return { problem: `non-increasing order, previous: ${last}, current: ${first}` };
    total += end - first + 1;
    last = end;
  }
  return total;
}

function readInterval(
  interval: string,
  completions: number,
): { readonly bounds: readonly [number, number] } | { readonly problem: string } {
  const limits = interval.split('-');
  if (limits.length > 2)
    return {
      problem: `the fragment "${interval}" violates the requirement that an index interval can have at most two parts separated by '-'`,
    };
  const numbers: number[] = [];
  for (const limit of limits) {
    if (!/^[+-]?\d+$/.test(limit)) return { problem: `cannot convert string to integer for index: "${limit}"` };
    if (Number(limit) >= completions) return { problem: `too large index: "${limit}"` };
    numbers.push(Number(limit));
  }
  const [first = 0, end = first] = numbers;
  if (numbers.length > 1 && first >= end) return { problem: `non-increasing order, previous: ${first}, current: ${end}` };
  return { bounds: [first, end] };
}
