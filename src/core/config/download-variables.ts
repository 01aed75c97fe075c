import type { DownloadLimits } from '../domain/download-limits.ts';
import { EXIT, RmaError } from '../errors.ts';
import { windowText } from '../network/download-window.ts';
import { CONNECTIONS, NETWORK_SETTINGS } from './network-settings.ts';
import type { Parsed } from './parsed.ts';
import { parseConnections, parseDownloadWindow, parseRate } from './value-parsers.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Returns the variables that pass the limits on to a container; defaults are left out. With a window it gets the time zone
 * of the caller (its variable `TZ`), because containers run on UTC.
 */
export function downloadVariables(
  { maxRate, connections, window }: DownloadLimits,
  environment: Variables,
): Readonly<Record<string, string>> {
  return {
    ...(maxRate === null ? {} : { RMA_MAX_RATE: `${maxRate}` }),
    ...(connections === CONNECTIONS ? {} : { RMA_CONNECTIONS: String(connections) }),
    ...(window === null ? {} : { RMA_WINDOW: windowText(window), TZ: environment['TZ'] || 'UTC' }),
  };
}

/**
 * Returns the limits of a container of rma, by the variables of the settings.
 * @throws RmaError RMA_DOWNLOAD_LIMIT_INVALID (2)
 */
export function limitsByEnvironment(env: Variables): DownloadLimits {
  const { maxRate, connections, window } = NETWORK_SETTINGS;
  return {
    maxRate: take(env, maxRate, parseRate) ?? maxRate.fallback,
    connections: take(env, connections, parseConnections) ?? CONNECTIONS,
    window: take(env, window, parseDownloadWindow) ?? window.fallback,
  };
}

/** Returns the value of the first variable that is set; null if none is. */
function take<T>(
  env: Variables,
  setting: { readonly env: readonly string[] },
  parse: (text: string) => Parsed<T>,
): T | null {
  const name = setting.env.find((each) => (env[each] ?? '') !== '');
  if (name === undefined) return null;
  const text = env[name] ?? '';
  const result = parse(text);
  if (result.ok) return result.value;
  throw new RmaError('RMA_DOWNLOAD_LIMIT_INVALID', `${name} expects ${result.expected}, got "${text}"`, {
    exitCode: EXIT.usage,
    hint: `correct ${name}, or remove it for no limit`,
  });
}
