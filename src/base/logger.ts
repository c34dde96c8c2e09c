export type LogLevel = 'debug' | 'info' | 'warning' | 'error';

/** Where rooms tell what they do. Never given a secret; never written to standard output. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warning(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** A logger that hands every line of at least `threshold` to `write`. */
export function createLogger(
  write: (level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>) => void,
  threshold: LogLevel = 'debug',
): Logger {
  const order: readonly LogLevel[] = ['debug', 'info', 'warning', 'error'];
  const at =
    (level: LogLevel) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      if (order.indexOf(level) >= order.indexOf(threshold)) write(level, message, fields);
    };
  return { debug: at('debug'), info: at('info'), warning: at('warning'), error: at('error') };
}

/** A logger that says nothing. */
export const silentLogger: Logger = createLogger(() => {}, 'error');
