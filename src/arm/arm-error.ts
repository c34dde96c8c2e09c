/** `error` in the body of every refusal of Azure Resource Manager. Source: "Common API response guidelines" of the ARM resource provider contract. */
export interface ArmError {
  readonly code: string;
  readonly message: string;
  readonly target?: string;
  readonly details?: readonly ArmError[];
}

/** Reads an error body; undefined when the value is none. Entra's `{error, error_description}` is read alike. */
export function armErrorOf(body: unknown): ArmError | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined;
  const { error } = body;
  if (typeof error === 'string') {
    const description = 'error_description' in body && typeof body.error_description === 'string' ? body.error_description : error;
    return { code: error, message: description };
  }
  if (typeof error !== 'object' || error === null) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'Unknown';
  const message = 'message' in error && typeof error.message === 'string' ? error.message : '';
  const details = 'details' in error && Array.isArray(error.details) ? detailsOf(error.details) : [];
  return { code, message, ...(details.length > 0 && { details }) };
}

function detailsOf(list: readonly unknown[]): ArmError[] {
  return list.flatMap((entry) => {
    const detail = armErrorOf({ error: entry });
    return detail === undefined ? [] : [detail];
  });
}
