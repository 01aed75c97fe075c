import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPeer, parsePeer, peerName } from '../../../src/core/network/peer-address.ts';

const HEX = 'ab'.repeat(32);

describe('the address of a served store', () => {
  it.each([
    ['box1', 'https://box1:7701', null],
    ['Box1.LAN:80', 'https://box1.lan:80', null],
    ['10.1.2.3:7701', 'https://10.1.2.3:7701', null],
    ['[fd00::1]', 'https://[fd00::1]:7701', null],
    ['localhost', 'http://localhost:7701', null],
    ['127.0.0.1:9', 'http://127.0.0.1:9', null],
    ['http://[::1]:9', 'http://[::1]:9', null],
    ['http://host.docker.internal:9', 'http://host.docker.internal:9', null],
    ['https://localhost/', 'https://localhost:7701', null],
    [`127.0.0.1#SHA256:${HEX}`, 'https://127.0.0.1:7701', HEX],
    [`box1#sha256:${HEX.toUpperCase()}`, 'https://box1:7701', HEX],
    [`box1:9#SHA256:${HEX.match(/../g)?.join(':')}`, 'https://box1:9', HEX],
  ])('%s is %s', (text, url, fingerprint) => {
    expect(parsePeer(text)).toEqual({ url, fingerprint });
  });

  it.each([
    '',
    'http://box1:7701',
    'http://10.0.0.1',
    `http://localhost#SHA256:${HEX}`,
    'ftp://box1',
    'box1:0',
    'box1:65536',
    'box1/path',
    'box1?x',
    'user@box1',
    'user:secret@box1:7701',
    'box1#SHA256:abc',
    `box1#MD5:${HEX}`,
    'box 1',
    '[fd00::1',
  ])('"%s" is not one', (text) => {
    expect(parsePeer(text)).toBeNull();
  });

  it('has one text, which means the same address', () => {
    const host = fc.constantFrom('box1', '10.1.2.3', '[fd00::1]', 'localhost', '127.0.0.1');
    const suffix = fc.constantFrom('', `#SHA256:${HEX}`);
    fc.assert(
      fc.property(host, fc.integer({ min: 1, max: 65_535 }), suffix, (name, port, pin) => {
        const peer = parsePeer(`${name}:${port}${pin}`);
        expect(peer).not.toBeNull();
        expect(parsePeer(formatPeer(peer!))).toEqual(peer);
        expect(peerName(peer!)).toBe(`${name}:${port}`);
      }),
    );
  });
});
