import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseResponseHead } from '../../../src/adapters/http/response-head.ts';

const parse = (text: string) => parseResponseHead(Buffer.from(text, 'latin1'));

test('the head of a response is parsed up to its body', () => {
  const text = 'HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\nETag:  "x" \r\nX: a\r\nx: b\r\n\r\n';
  expect(parse(`${text}hello`)).toEqual({
    status: 206,
    headers: { 'content-length': '5', etag: '"x"', x: 'a, b' },
    length: 5,
    keepsOpen: true,
    size: text.length,
  });
});

test('a body may come in chunks', () => {
  expect(parse('HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n')).toMatchObject({
    length: 'chunked',
    keepsOpen: true,
  });
});

test('a connection that the server closes carries no other request', () => {
  for (const value of ['close', 'Close', 'keep-alive, close'])
    expect(parse(`HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: ${value}\r\n\r\n`)).toMatchObject({
      keepsOpen: false,
    });
});

test('the body of an error or a redirect without a length is left unread', () => {
  for (const head of [
    '302 Found\r\nlocation: /x',
    '404 No\r\ntransfer-encoding: chunked\r\ncontent-length: 3',
  ])
    expect(parse(`HTTP/1.1 ${head}\r\n\r\n`)).toMatchObject({ length: 0, keepsOpen: false });
});

test.each([
  ['of another version', 'HTTP/1.0 200 OK\r\ncontent-length: 1'],
  ['of HTTP/2', 'HTTP/2 200\r\ncontent-length: 1'],
  ['that is informational', 'HTTP/1.1 103 Early Hints\r\ncontent-length: 1'],
  ['that never has content, with a length', 'HTTP/1.1 204 No Content\r\ncontent-length: 1'],
  ['that is not modified, with a length', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 1'],
  ['without a length', 'HTTP/1.1 200 OK\r\netag: "x"'],
  ['with a length and a chunked body', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked'],
  ['with a compressed body', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked'],
  ['with two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2'],
  ['with a signed length', 'HTTP/1.1 200 OK\r\ncontent-length: +1'],
  ['with a length in hexadecimal', 'HTTP/1.1 200 OK\r\ncontent-length: 0x1'],
  ['with a folded header', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\nx: a\r\n b'],
  ['with a space before the colon', 'HTTP/1.1 200 OK\r\ncontent-length : 1'],
  ['with a bare line feed', 'HTTP/1.1 200 OK\ncontent-length: 1'],
  ['with a NUL byte', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\nx: \0'],
  ['with the header __proto__', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n__proto__: x'],
  ['with the header constructor', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconstructor: x'],
  ['that is not HTTP', 'SSH-2.0-OpenSSH_9.2\r\nx: y'],
])('a response %s is left to a complete HTTP client', (_, head) => {
  expect(parse(`${head}\r\n\r\n`)).toBe('unsupported');
});

test('a head is incomplete until its last byte, and unsupported if it is larger than 16 KiB', () => {
  const text = 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n';
  for (let end = 0; end < text.length; end += 1) expect(parse(text.slice(0, end))).toBe('incomplete');
  expect(parse(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(16 * 1024)}`)).toBe('unsupported');
});

test('no bytes make it throw, and a length is always a whole number of bytes', () => {
  const line = fc.constantFrom(
    'content-length: 7',
    'content-length: -7',
    'x:y',
    ':',
    ' a',
    '__proto__: b',
    '\xff',
  );
  const head = fc
    .array(line, { maxLength: 5 })
    .map((lines) => Buffer.from(['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n'), 'latin1'));
  fc.assert(
    fc.property(fc.oneof(head, fc.uint8Array({ maxLength: 300 })), (bytes) => {
      const parsed = parseResponseHead(bytes);
      if (typeof parsed === 'string') expect(['incomplete', 'unsupported']).toContain(parsed);
      else expect([parsed.length, parsed.headers['content-length']]).toEqual([7, '7']);
    }),
  );
});
