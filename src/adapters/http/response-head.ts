/** Status line and headers of a response. */
export interface ResponseHead {
  readonly status: number;
  /** lower-case names; repeated ones are joined with `, ` */
  readonly headers: Readonly<Record<string, string>>;
  /** of the body, bytes; `chunked`: its chunks have lengths of their own */
  readonly length: number | 'chunked';
  /** whether the connection can be used again */
  readonly keepsOpen: boolean;
  /** of the head, bytes */
  readonly size: number;
}

/** Longest head that is read, bytes. */
export const MAX_HEAD = 16 * 1024;

// RFC 9112 4 and 6.3, RFC 9110 5.1 and 5.5; an informational response has a second head after it, and 204 and 304 have no
// content, whatever their length says
const STATUS_LINE = /^HTTP\/1\.1 (?!204|304)([2-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const FIELD_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t ]*([\t\x20-\x7e\x80-\xff]*?)[\t ]*$/;
const LENGTH = /^\d{1,15}$/;

/**
 * Parses the start of a response (RFC 9112). Returns 'incomplete' if the end of the head has not arrived yet, and 'unsupported' for
 * everything that a complete HTTP client has to read: what is not a final HTTP/1.1 response, and content that ends with the
 * connection. The body of an error or a redirect without a length is not read.
 */
export function parseResponseHead(bytes: Uint8Array): ResponseHead | 'incomplete' | 'unsupported' {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MAX_HEAD));
  const end = start.indexOf('\r\n\r\n');
  if (end === -1) return start.length === MAX_HEAD ? 'unsupported' : 'incomplete';
  const [first = '', ...lines] = start.toString('latin1', 0, end).split('\r\n');
  const status = Number(STATUS_LINE.exec(first)?.[1] ?? 0);
  const headers = parseFields(lines);
  if (status === 0 || headers === null) return 'unsupported';
  const length = bodyLength(headers);
  const isFramed = typeof length === 'number' || (length === 'chunked' && status < 300);
  if (!isFramed && status < 300) return 'unsupported';
  const isClosed = /(^|[ ,])close($|[ ,])/i.test(headers['connection'] ?? '');
  return {
    status,
    headers,
    length: isFramed ? length : 0,
    keepsOpen: isFramed && !isClosed && !('upgrade' in headers),
    size: end + 4,
  };
}

/** Returns the length of a body (RFC 9112 6.3); null if it has none, or two that contradict each other. */
function bodyLength(headers: ResponseHead['headers']): ResponseHead['length'] | null {
  const { 'transfer-encoding': coding, 'content-length': length } = headers;
  if (coding !== undefined)
    return coding.toLowerCase() === 'chunked' && length === undefined ? 'chunked' : null;
  return length !== undefined && LENGTH.test(length) ? Number(length) : null;
}

function parseFields(lines: readonly string[]): Readonly<Record<string, string>> | null {
  const fields = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = FIELD_LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) return null;
    const key = name.toLowerCase();
    // no server has a reason to send the name of a property that each object has
    if (key in Object.prototype) return null;
    const before = fields.get(key);
    fields.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(fields);
}
