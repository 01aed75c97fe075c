import { EXIT, RmaError } from '../errors.ts';
import { NETWORK_SETTINGS } from './network-settings.ts';
import { parseSwitch } from './value-parsers.ts';

/**
 * Returns whether the environment of a container of rma switches hubs off, by the variables of the setting.
 * @throws RmaError RMA_OFFLINE_INVALID (2)
 */
export function offlineByEnvironment(env: Readonly<Record<string, string | undefined>>): boolean {
  const name = NETWORK_SETTINGS.offline.env.find((each) => (env[each] ?? '') !== '');
  const text = name === undefined ? 'false' : (env[name] ?? '');
  const offline = parseSwitch(text);
  if (offline.ok) return offline.value;
  throw new RmaError('RMA_OFFLINE_INVALID', `${name} expects ${offline.expected}, got "${text}"`, {
    exitCode: EXIT.usage,
    hint: `set ${name} to true or false`,
  });
}
