import { expect, test } from 'vitest';
import { fromContainer, isLoopback, isThisMachine } from '../../../src/core/host-address.ts';

const LOOPBACK = [
  'localhost',
  'LOCALHOST',
  'localhost.',
  'hub.localhost',
  '127.0.0.1',
  '127.255.0.9',
  '::1',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '0000:0000:0000:0000:0000:0000:0000:0001',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
];
const OTHERS = [
  '',
  '0.0.0.0',
  '::',
  '[::2]',
  '128.0.0.1',
  '127.0.0.1.example',
  'localhost.example',
  'notlocalhost',
  'host.docker.internal',
  '[::ffff:10.0.0.1]',
  '[fe80::1]',
];

test.each(LOOPBACK)('%s is loopback in every notation', (host) => {
  expect(isLoopback(host)).toBe(true);
  expect(isThisMachine(host)).toBe(true);
});

test.each(OTHERS)('%j is not loopback', (host) => {
  expect(isLoopback(host)).toBe(false);
});

test('host.docker.internal is this machine', () => {
  expect(isThisMachine('host.docker.internal')).toBe(true);
  expect(isThisMachine('hub.example')).toBe(false);
});

test.each(['http://[::ffff:127.0.0.1]:3128', 'http://hub.localhost:3128', 'http://[0:0:0:0:0:0:0:1]:3128'])(
  'a container reaches %s as host.docker.internal',
  (address) => {
    expect(fromContainer(address)).toEqual({ url: 'http://host.docker.internal:3128', onHost: true });
  },
);
