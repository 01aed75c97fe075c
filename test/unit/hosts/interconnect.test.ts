import { describe, expect, it } from 'vitest';
import {
  interconnectAddress,
  interfaceWith,
  linkSpeed,
  networkText,
} from '../../../src/core/hosts/interconnect.ts';
import { configOf } from '../../helpers/builders/render-builders.ts';

const addressOf = (host: Parameters<typeof configOf>[0], name = 'a') => {
  try {
    return interconnectAddress(configOf(host), name);
  } catch (error) {
    return error;
  }
};

describe('the address of a host for the hosts that run a model together with it', () => {
  it('is its interconnect, else the address of its ports, or of ssh where these are published on all', () => {
    const address = 'ssh://root@10.0.0.7:2222';
    expect(addressOf({ hosts: { a: { address, bind: '10.0.0.1', interconnect: '192.168.7.1' } } })).toBe(
      '192.168.7.1',
    );
    expect(addressOf({ hosts: { a: { address } }, bind: '10.0.0.1' })).toBe('10.0.0.1');
    expect(addressOf({ hosts: { a: { address } }, bind: '0.0.0.0' })).toBe('10.0.0.7');
    expect(addressOf({ hosts: { a: { address, bind: 'fd00::1' } } })).toBe('fd00::1');
  });

  it('must be an IP address that others reach', () => {
    expect(addressOf({ hosts: { a: { address: 'ssh://a' } } })).toMatchObject({
      code: 'RMA_SPAN_ADDRESS',
      message:
        'host a cannot run a model together with others: it publishes its ports on 127.0.0.1, where other hosts cannot reach them',
      hint: 'set an address of a that the other hosts reach, in rma.yaml: hosts: { a: { bind: ADDRESS } }',
    });
    expect(addressOf({ hosts: { a: { address: 'ssh://a' } }, bind: '0.0.0.0' })).toMatchObject({
      code: 'RMA_SPAN_ADDRESS',
      hint: 'set an address of a that the other hosts reach, in rma.yaml: hosts: { a: { interconnect: ADDRESS } }',
    });
    const host = { address: 'ssh://a', bind: '10.0.0.1', interconnect: '127.0.0.1' };
    expect(addressOf({ hosts: { a: host } })).toMatchObject({ code: 'RMA_SPAN_ADDRESS' });
  });
});

const ADDRESSES = [
  '1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever',
  '2: eth0    inet 10.0.0.11/24 brd 10.0.0.255 scope global eth0\\       valid_lft forever',
  '3: bond0.12    inet 10.0.0.1/24 brd 10.0.0.255 scope global bond0.12',
  '3: bond0.12    inet6 fd00::1/64 scope global ',
].join('\n');

it.each([
  ['10.0.0.11', 'eth0'],
  ['10.0.0.1', 'bond0.12'],
  ['fd00::1', 'bond0.12'],
  ['10.0.0.2', null],
])('the interface with %s is %s', (address, name) => {
  expect(interfaceWith(ADDRESSES, address)).toBe(name);
});

it.each([
  ['10000\n', '10.0.0.1 (eth1, 10 Gb/s)'],
  ['2500\n', '10.0.0.1 (eth1, 2.5 Gb/s)'],
  ['100\n', '10.0.0.1 (eth1, 100 Mb/s)'],
  ['-1\n', '10.0.0.1 (eth1)'],
  ['', '10.0.0.1 (eth1)'],
])('a speed of %j is shown as %s', (text, shown) => {
  expect(networkText('10.0.0.1', { interface: 'eth1', speed: linkSpeed(text) })).toBe(shown);
});
