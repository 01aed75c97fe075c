/** Tags of ASN.1 types (X.690 8). */
const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Returns one value in DER: its tag, length and content. */
export function value(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(bytes: number): Buffer {
  if (bytes < 0x80) return Buffer.from([bytes]);
  const digits = bytes.toString(16);
  const big = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  return Buffer.concat([Buffer.from([0x80 | big.length]), big]);
}

export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return value(TAG.sequence, ...parts);
}

export function set(...parts: readonly Uint8Array[]): Buffer {
  return value(TAG.set, ...parts);
}

/** @param bytes a positive number, big-endian */
export function integer(bytes: Uint8Array): Buffer {
  const isNegative = ((bytes[0] ?? 0) & 0x80) !== 0;
  return value(TAG.integer, ...(isNegative ? [Buffer.from([0])] : []), bytes);
}

export function boolean(flag: boolean): Buffer {
  return value(TAG.boolean, Buffer.from([flag ? 0xff : 0]));
}

export function octets(content: Uint8Array): Buffer {
  return value(TAG.octets, content);
}

/** @param unused bits at the end that do not count */
export function bits(content: Uint8Array, unused = 0): Buffer {
  return value(TAG.bits, Buffer.from([unused]), content);
}

export function utf8(text: string): Buffer {
  return value(TAG.utf8, Buffer.from(text));
}

/** Returns a time as certificates write it (RFC 5280 4.1.2.5): with two digits of the year until 2049. @param ms time of the Unix epoch */
export function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]/g, '').replace(/\.\d+/, '');
  if (text >= '2050') return value(TAG.generalizedTime, Buffer.from(text));
  return value(TAG.utcTime, Buffer.from(text.slice(2)));
}

/** @param dotted such as `2.5.4.3` */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const numbers = [first * 40 + second, ...rest];
  return value(TAG.oid, Buffer.from(numbers.flatMap(septets)));
}

function septets(number: number): readonly number[] {
  const low = number & 0x7f;
  const higher = (rest: number): readonly number[] =>
    rest === 0 ? [] : [...higher(Math.floor(rest / 128)), (rest % 128) | 0x80];
  return [...higher(Math.floor(number / 128)), low];
}
