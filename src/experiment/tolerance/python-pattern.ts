import { EvenkeelError } from '../../base/index.ts';
/** placeholder replaced below */
export function compilePattern(pattern: string): { search(text: string): boolean } {
  try {
    const expression = new RegExp(pattern, 'u');
    return { search: (text) => expression.test(text) };
  } catch (thrown) {
    throw new EvenkeelError('INVALID_INPUT', String(thrown), { blame: 'input' });
  }
}
