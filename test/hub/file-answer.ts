import type { OutgoingHttpHeaders } from 'node:http';
import { gzipSync } from 'node:zlib';
import { type Answer, text } from './answer.ts';
import { type Content, contentOf, withFlippedByte } from './content.ts';
import type { Exchange } from './exchange.ts';
import type { BodyPoint, FaultBoard } from './faults.ts';
import { type ByteRange, parseRange } from './ranges.ts';

/** A file as served by one URL. */
export interface Representation {
  readonly content: Content;
  /** Without quotes. */
  readonly etag: string;
  /** Whether it is compressed for clients that accept gzip, like small text files on the hub. */
  readonly compressible?: boolean;
  readonly headers?: OutgoingHttpHeaders;
}

const LAST_MODIFIED = 'Thu, 01 Jan 2026 00:00:00 GMT';

/** Responds to GET and HEAD of a file with Range, If-Range, optional gzip and all body faults. */
export function fileAnswer(exchange: Exchange, faults: FaultBoard, file: Representation): Answer {
  const plain = flipIfAsked(exchange, faults, file.content);
  const gzipped = isGzipped(exchange, faults, file);
  const content = gzipped ? contentOf(gzipSync(plain.read(0, plain.size))) : plain;
  const etag = quote(faults.strike('etag', exchange)?.etag ?? file.etag, gzipped);
  const asked = gzipped ? undefined : rangeAsked(exchange, faults, { size: content.size, etag });
  if (asked === 'unsatisfiable') {
    const headers = { 'content-range': `bytes */${content.size}` };
    return { ...text(416, 'Range Not Satisfiable', headers), aboutFile: true };
  }
  const range = asked ?? { start: 0, end: content.size };
  const lengthKnown = !gzipped && faults.strike('no-length', exchange) === undefined;
  const shift = asked !== undefined && faults.strike('wrong-content-range', exchange) ? 1 : 0;
  const headers: OutgoingHttpHeaders = {
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    'last-modified': LAST_MODIFIED,
    ...file.headers,
    ...validator(exchange, faults, etag),
    ...(gzipped && { 'content-encoding': 'gzip', vary: 'Accept-Encoding' }),
    ...(lengthKnown && { 'content-length': range.end - range.start }),
    ...(asked && { 'content-range': contentRange(range, shift, content.size) }),
  };
  const body = { content, range, ...bodyFaults(exchange, faults, range) };
  return { status: asked === undefined ? 200 : 206, headers, body, aboutFile: true };
}

function validator(exchange: Exchange, faults: FaultBoard, etag: string): OutgoingHttpHeaders {
  const dated = faults.strike('last-modified', exchange);
  return dated === undefined ? { etag } : { 'last-modified': dated.date };
}

function flipIfAsked(exchange: Exchange, faults: FaultBoard, content: Content): Content {
  if (exchange.method !== 'GET') return content;
  const asked = parseRange(exchange.request.headers.range, content.size);
  const range = typeof asked === 'object' ? asked : { start: 0, end: content.size };
  const offsetOf = ({ offset }: { readonly offset?: number }): number =>
    offset ?? Math.floor(content.size / 2);
  const flip = faults.strike('flip-byte', exchange, (fault) => contains(range, offsetOf(fault)));
  return flip === undefined ? content : withFlippedByte(content, offsetOf(flip));
}

function isGzipped({ request, ...exchange }: Exchange, faults: FaultBoard, file: Representation): boolean {
  if (faults.strike('gzip', exchange) !== undefined) return true;
  const accepted = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  return file.compressible === true && accepted && request.headers.range === undefined;
}

function rangeAsked(
  exchange: Exchange,
  faults: FaultBoard,
  { size, etag }: { readonly size: number; readonly etag: string },
) {
  const { range, 'if-range': condition } = exchange.request.headers;
  const asked = parseRange(range, size);
  if (asked === undefined || faults.strike('ignore-range', exchange)) return undefined;
  const unchanged = condition === undefined || condition === etag || condition === LAST_MODIFIED;
  return unchanged ? asked : undefined;
}

function bodyFaults(exchange: Exchange, faults: FaultBoard, range: ByteRange) {
  if (exchange.method !== 'GET') return {};
  const offsetOf = ({ bytes = 0, offset }: BodyPoint): number => offset ?? range.start + bytes;
  const inRange = (point: BodyPoint): boolean => contains(range, offsetOf(point));
  const by = faults.take('cut', exchange, inRange) ?? faults.take('stall', exchange, inRange);
  const slow = faults.take('slow', exchange);
  slow?.hit();
  return {
    ...(by && { stop: { offset: offsetOf(by.fault), by } }),
    ...(slow && { slow }),
  };
}

function contentRange({ start, end }: ByteRange, shift: number, size: number): string {
  return `bytes ${start + shift}-${end - 1 + shift}/${size}`;
}

function contains({ start, end }: ByteRange, offset: number): boolean {
  return offset >= start && offset < end;
}

// A compressed body has a weak ETag, as on the CDN of the hub.
function quote(etag: string, weak: boolean): string {
  return weak ? `W/"${etag}"` : `"${etag}"`;
}
