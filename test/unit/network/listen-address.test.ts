import { describe, expect, it } from 'vitest';
import { isLocalOnly, parseListenAddress } from '../../../src/core/network/listen-address.ts';

describe('the address to listen on', () => {
  it.each([
    ['0.0.0.0', '0.0.0.0', 7701, false],
    ['10.1.2.3:80', '10.1.2.3', 80, false],
    ['[::]:9', '::', 9, false],
    ['[::1]', '::1', 7701, true],
    ['127.0.0.1:0', '127.0.0.1', 0, true],
    ['127.9.9.9', '127.9.9.9', 7701, true],
    ['localhost:9', '127.0.0.1', 9, true],
    [':9', '127.0.0.1', 9, true],
    ['9000', '127.0.0.1', 9000, true],
  ])('%s is %s, port %i', (...[text, host, port, local]) => {
    const address = parseListenAddress(text);
    expect(address).toEqual({ host, port });
    expect(isLocalOnly(address!)).toBe(local);
  });

  it.each([
    '',
    'box1',
    'localhost.evil.example',
    '256.0.0.1',
    '1.2.3',
    ':65536',
    '[:::]',
    '::1',
    'http://0.0.0.0',
  ])('"%s" is not one', (text) => {
    expect(parseListenAddress(text)).toBeNull();
  });
});
