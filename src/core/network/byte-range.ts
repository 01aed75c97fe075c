/** Bytes from `from` up to `to`, which is not included. */
export interface ByteSpan {
  readonly from: number;
  readonly to: number;
}

/**
 * Returns what a `Range` header selects of the content (RFC 9110 14.2): one range of bytes; `whole` for none, for several and
 * for other units, which a server may ignore; null for a range that the content does not have.
 */
export function selectRange(header: string | undefined, bytes: number): ByteSpan | 'whole' | null {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.replaceAll(/\s/g, '') ?? '') ?? [];
  if (first === '' && last === '') return 'whole';
  if (first === '') return suffix(Number(last), bytes);
  const from = Number(first);
  if (last !== '' && Number(last) < from) return 'whole';
  if (from >= bytes) return null;
  return { from, to: last === '' ? bytes : Math.min(bytes, Number(last) + 1) };
}

function suffix(length: number, bytes: number): ByteSpan | null {
  return length === 0 || bytes === 0 ? null : { from: Math.max(0, bytes - length), to: bytes };
}
