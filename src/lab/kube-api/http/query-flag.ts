/** Whether a query asks for something: every word but `false` and `0` does, in whatever letters (Python writes `True`). Source: apimachinery, Convert_Slice_string_To_bool. */
export function queryFlag(query: URLSearchParams, name: string): boolean {
  const given = query.get(name);
  return given !== null && !['false', '0'].includes(given.toLowerCase());
}
