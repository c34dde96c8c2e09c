import { signal } from '@preact/signals';

/** The moment that the reader points at, relative to the fault; one for all charts, because they share their axis. */
export const cursorMs = signal<number | undefined>(undefined);

export type Theme = 'light' | 'dark';

/** Undefined = as the system says. */
export const theme = signal<Theme | undefined>(undefined);

/** Switches between light and dark, starting from what the system shows. */
export function toggleTheme(): void {
  const current = theme.value ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  theme.value = current === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset['theme'] = theme.value;
}
