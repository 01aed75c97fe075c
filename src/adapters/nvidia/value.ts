const MIB = 1024 * 1024;

/** Placeholders of nvidia-smi for missing values, in brackets (CSV) or without (XML). */
const NO_VALUE = new Set([
  '',
  'n/a',
  'none',
  'unknown',
  'not supported',
  'not found',
  'not available',
  'unknown error',
  'insufficient permissions',
  'requested functionality has been deprecated',
]);
/** Values for a GPU that no longer responds. */
const BROKEN = new Set(['gpu is lost', 'gpu requires reset', 'unknown error', 'err!']);
/** Values for the memory of a GPU without memory of its own. */
const NOT_APPLICABLE = new Set(['n/a', 'not supported']);

/** A value in the output of nvidia-smi; null or undefined if it is missing. */
export type DriverText = string | null | undefined;

/** Returns the text of a value without brackets, null if it is missing. */
export function rawText(value: DriverText): string | null {
  if (value === null || value === undefined) return null;
  return value.trim().replace(/^\[(.*)\]$/, '$1');
}

/** Returns the text of a value, null if the driver does not report it. */
export function knownText(value: DriverText): string | null {
  const text = rawText(value);
  return text === null || NO_VALUE.has(text.toLowerCase()) || brokenText(text) !== null ? null : text;
}

/** Returns the driver's text for a GPU that no longer responds, null for any other value. */
export function brokenText(value: DriverText): string | null {
  const text = rawText(value);
  return text !== null && BROKEN.has(text.toLowerCase()) ? text : null;
}

/** Returns whether the GPU has no memory of its own. */
export function isNotApplicable(value: DriverText): boolean {
  return NOT_APPLICABLE.has(rawText(value)?.toLowerCase() ?? '');
}

/** GPUs that use the memory of the machine, by their names in nvidia-smi: those of DGX Spark, Jetson and Tegra. */
const INTEGRATED = /\b(GB10|N1X?|Thor|Orin|Xavier|Tegra|Jetson|nvgpu)\b/i;

/** Returns whether a GPU of this name uses the memory of the machine; any other one has its own, also if it reports none. */
export function isIntegrated(name: DriverText): boolean {
  return INTEGRATED.test(rawText(name) ?? '');
}

/** Parses `24564 MiB` or, in CSV without units, `24564` to bytes; null if the driver does not report it. */
export function memoryBytes(value: DriverText): number | null {
  const match = /^(\d{1,9})(?: MiB)?$/.exec(rawText(value) ?? '');
  return match === null ? null : Number(match[1]) * MIB;
}

/** Parses `22.41 W` to whole watts; null if the driver does not report it. */
export function watts(value: DriverText): number | null {
  const match = /^(\d{1,5}(?:\.\d{1,2})?) W$/.exec(rawText(value) ?? '');
  return match === null ? null : Math.round(Number(match[1]));
}

/** Parses `37 %`, `41 C` or `4711`; null if the driver does not report it. */
export function wholeNumber(value: DriverText): number | null {
  const match = /^(\d{1,10})(?: [%C])?$/.exec(rawText(value) ?? '');
  return match === null ? null : Number(match[1]);
}
