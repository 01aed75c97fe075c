import type { SettingOrigin } from '../domain/config.ts';

/** Returns where a value of rma.yaml is, as errors name it. @param key of a setting that only the file has */
export function originPlace(key: string, origin: SettingOrigin | undefined): string {
  return origin?.from === 'file' ? `${origin.file}:${origin.line}:${origin.column}` : key;
}
