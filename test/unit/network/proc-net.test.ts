import { expect, test } from 'vitest';
import { isPortTaken, machineHasAddress, readListeners } from '../../../src/core/network/proc-net.ts';

// Lines of a Linux 6.1 machine: 127.0.0.1:8000, 0.0.0.0:22, a connection on port 443, [::]:80, [::1]:631.
const SOCKETS = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0
   2: 0500000A:01BB 0600000A:C350 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 100 0 0 10 0
  sl  local_address                         remote_address                        st tx_queue rx_queue
   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 0 0 0 4
   1: 00000000000000000000000001000000:0277 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 0 0 0 5
`;

test.each([
  ['127.0.0.1', 8000, true],
  ['127.0.0.2', 8000, false],
  ['0.0.0.0', 8000, true],
  ['::', 8000, true],
  ['10.0.0.5', 22, true],
  ['::1', 22, false],
  ['10.0.0.5', 443, false],
  ['10.0.0.5', 80, true],
  ['::1', 631, true],
  ['0:0:0:0:0:0:0:1', 631, true],
  ['127.0.0.1', 631, false],
  ['::', 631, true],
])('%s:%i is taken: %s', (address, port, isTaken) => {
  expect(isPortTaken(readListeners(SOCKETS), address, port)).toBe(isTaken);
});

const ADDRESSES = `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 10.0.0.0/24 2 0 2
        |-- 10.0.0.0
           /24 link UNICAST
        |-- 10.0.0.5
           /32 host LOCAL
        |-- 10.0.0.255
           /32 link BROADCAST
00000000000000000000000000000001 01 80 10 80       lo
fd0000000000000000000000000000a5 02 40 20 80     eth0
`;

test.each([
  ['10.0.0.5', true],
  ['10.0.0.0', false],
  ['10.0.0.255', false],
  ['10.0.0.6', false],
  ['0.0.0.0', true],
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['::', true],
  ['::1', true],
  ['fd00::a5', true],
  ['FD00:0::00A5', true],
  ['fd00::a6', false],
  ['box1', false],
  [':::', false],
])('the machine has %s: %s', (address, expected) => {
  expect(machineHasAddress(ADDRESSES, address)).toBe(expected);
});

test('a machine without IPv6 has no IPv6 address', () => {
  const text = ADDRESSES.split('\n').slice(0, 11).join('\n');
  expect(['::', '::1', 'fd00::a5'].filter((address) => machineHasAddress(text, address))).toEqual([]);
});
