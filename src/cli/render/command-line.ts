import { ALL_SETTINGS } from '../../core/config/settings.ts';
import { shellQuote } from '../../core/shell-quote.ts';

/** Returns the command with the settings of the current command line, quoted for the shell. */
export function withSettings(command: string, settings: ReadonlyMap<string, readonly string[]>): string {
  const options = ALL_SETTINGS.flatMap(({ key, flags }) => {
    const name = /--[a-z-]+/.exec(flags ?? '')?.[0];
    if (name === undefined) return [];
    const values = settings.get(key) ?? [];
    if (flags?.includes('<') !== true) return values.length > 0 ? [name] : [];
    return values.map((value) => `${name} ${shellQuote(value)}`);
  });
  return [command, ...options].join(' ');
}
