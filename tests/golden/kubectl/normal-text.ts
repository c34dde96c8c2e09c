/** What is left of kubectl's output when all that time, chance and addresses decide is taken out. */

const RULES: readonly (readonly [RegExp, string])[] = [
  [/\bweb-(h\d|[a-z0-9]{7,10})\d*-(p\d{4}|[a-z0-9]{5})\b/g, 'web-<hash>-<pod>'],
  [/\bquick-(h\d|[a-z0-9]{8,10})\d*-(p\d{4}|[a-z0-9]{5})\b/g, 'quick-<hash>-<pod>'],
  [/\bagent-(p\d{4}|[a-z0-9]{5})\b/g, 'agent-<pod>'],
  [/\b(web|quick)-(h\d{9}|[a-z0-9]{8,10})\b/g, '$1-<hash>'],
  [/\bweb-(\d{5}|[bcdfghjklmnpqrstvwxz2-9]{5})\b/g, 'web-<slice>'],
  // Which of equal nodes a pod of web got is chance.
  [/^(web-<hash>-<pod>.* )node-\d( +<none> +<none>)$/gm, '$1<node>$2'],
  [/node-\d(:10250\/containerLogs\/default\/web-.*lookup )node-\d/g, '<node>$1<node>'],
  [/pod-template-hash=\S+/g, 'pod-template-hash=<hash>'],
  [/\b(10\.64|10\.200|10\.0|10\.96|0+\.0+|10\.\d+)\.\d+\.\d+\b/g, '<ip>'],
  [/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, '<date>'],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( [+-]\d{4}|Z)?/g, '<date>'],
  [/\b(\d+[dhms])+\b( \(x\d+ over \S+\))?/g, '<age>'],
  [/(LIVE|MERGED)-\d+/g, '$1-<n>'],
  [/127\.0\.0\.1:\d+/g, '<server>'],
  [/(generation|resourceVersion|uid): .*/g, '$1: <n>'],
  [/Client Version: v\S+/g, 'Client Version: <version>'],
  [/Kustomize Version: v\S+/g, 'Kustomize Version: <version>'],
  [/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-<name>'],
  [/controller-revision-hash=[^,\s]+/g, 'controller-revision-hash=<hash>'],
  // The recorder's words were not a shell's: it kept quotes.
  [/^'|'$/g, ''],
  // What another version of the client says of itself.
  [/WARNING: version difference between client .*/g, ''],
  [/Flag --\S+ has been deprecated, .*/g, ''],
  [/^ *creationTimestamp: null$/gm, ''],
  [/^status: \{\}$/gm, ''],
  [/ (from|in) \S+ namespace$/gm, ''],
  [/ {2,}|\t+/g, '  '],
];

/** The lines, without empty ones. */
export function normalText(text: string): string[] {
  const plain = RULES.reduce((sum, [pattern, replacement]) => sum.replace(pattern, replacement), text);
  return plain
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
