const BINARY_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Formats bytes in binary units: `512 B`, `4.7 GiB`, `212 MiB`. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  // 1023.95 would be rounded up to 1024.0 of the same unit
  while (value >= (unit === 0 ? 1024 : 1023.95) && unit < BINARY_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${BINARY_UNITS[unit]}`;
}

/** Formats seconds in at most two units: `7s`, `1m 05s`, `2h 03m`, `3d 4h`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [minutes, hours, days] = [
    Math.floor(whole / 60),
    Math.floor(whole / 3600),
    Math.floor(whole / 86_400),
  ];
  if (minutes === 0) return `${whole}s`;
  if (hours === 0) return `${minutes}m ${String(whole % 60).padStart(2, '0')}s`;
  if (days === 0) return `${hours}h ${String(minutes % 60).padStart(2, '0')}m`;
  return `${days}d ${hours % 24}h`;
}

const COUNT_UNITS = ['', ' K', ' M', ' B', ' T'] as const;

/** Formats the number of weights of a model: `512`, `4.4 K`, `494 M`, `7.2 B`, `1.0 T`. */
export function formatParameters(count: number): string {
  let value = count;
  let unit = 0;
  // 999.5 would be rounded up to 1000 of the same unit
  while (value >= (unit === 0 ? 1000 : 999.5) && unit < COUNT_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(unit === 0 || value >= 99.95 ? 0 : 1)}${COUNT_UNITS[unit]}`;
}

const AGES = [
  { unit: 'second', seconds: 1, below: 60 },
  { unit: 'minute', seconds: 60, below: 60 * 60 },
  { unit: 'hour', seconds: 3600, below: 48 * 3600 },
  { unit: 'day', seconds: 86_400, below: 14 * 86_400 },
  { unit: 'week', seconds: 7 * 86_400, below: 60 * 86_400 },
  { unit: 'month', seconds: 30 * 86_400, below: 730 * 86_400 },
] as const;

/** Formats how long ago something was, seconds, in one unit as Docker does: `just now`, `5 minutes ago`, `3 days ago`. */
export function formatAge(seconds: number): string {
  if (seconds < 1) return 'just now';
  const { unit, seconds: size } = AGES.find(({ below }) => seconds < below) ?? {
    unit: 'year',
    seconds: 365 * 86_400,
  };
  const count = Math.floor(seconds / size);
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
}

const SECONDS_PER_UNIT: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** Parses `30s`, `1m30s`, `2h` or `500ms` to seconds; null for any other text, including a number without a unit. */
export function parseDuration(text: string): number | null {
  if (!/^(\d{1,9}(\.\d{1,3})?(ms|s|m|h|d))+$/.test(text)) return null;
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    seconds += Number(amount) * (SECONDS_PER_UNIT[unit ?? ''] ?? 0);
  }
  return seconds;
}

/** The longest time that is waited for, seconds. Timers of Node.js overflow above 2^31 - 1 ms, and then fire at once. */
const MAX_WAIT_SECONDS = 24 * 86_400;

/** Parses a duration that is waited for, at most 24 days, to seconds; null for any other text. */
export function parseWait(text: string): number | null {
  const seconds = parseDuration(text);
  return seconds !== null && seconds <= MAX_WAIT_SECONDS ? seconds : null;
}

/**
 * Parses a size such as `1024`, `512MiB`, `1.5 GiB`, `2GB` or `2g` to bytes; null for any other text. `MB` is a multiple
 * of 1000, `MiB` and single letters of 1024, as in Docker.
 */
export function parseBytes(text: string): number | null {
  const match = /^(\d{1,12}(?:\.\d{1,6})?) ?([kmgtp]?)(i?b)?$/i.exec(text.trim());
  if (match === null || (match[2] === '' && match[3]?.toLowerCase() === 'ib')) return null;
  const [, amount, prefix = '', suffix = ''] = match;
  const power = prefix === '' ? 0 : 'kmgtp'.indexOf(prefix.toLowerCase()) + 1;
  const bytes = Math.round(Number(amount) * (suffix.toLowerCase() === 'b' ? 1000 : 1024) ** power);
  return Number.isSafeInteger(bytes) ? bytes : null;
}
