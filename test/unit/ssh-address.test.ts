import { describe, expect, it } from 'vitest';
import { parseHostAddress, sshDestination } from '../../src/core/ssh-address.ts';

describe('addresses of hosts', () => {
  it.each([
    ['ssh://box1', { user: null, host: 'box1', port: null }],
    ['ssh://admin@box1.lan:2222', { user: 'admin', host: 'box1.lan', port: 2222 }],
    ['ssh://admin@10.0.0.12/', { user: 'admin', host: '10.0.0.12', port: null }],
    ['ssh://[fd00::12]:22', { user: null, host: 'fd00::12', port: 22 }],
  ])('%s is read into its parts', (text, address) => {
    expect(parseHostAddress(text)).toEqual({ kind: 'ssh', ...address });
  });

  it('a Docker context is named', () => {
    expect(parseHostAddress('context:gpu-box')).toEqual({ kind: 'context', name: 'gpu-box' });
  });

  it.each([
    '',
    'box1',
    'tcp://box1:2375',
    'ssh://',
    'ssh://-oProxyCommand=id',
    'ssh://-l@box1',
    'ssh://admin:secret@box1',
    'ssh://box1:0',
    'ssh://box1:65536',
    'ssh://box1/srv',
    'ssh://bo x',
    'context:',
    'context:-x',
  ])('%j is refused', (text) => {
    expect(parseHostAddress(text)).toBeNull();
  });

  it('is written as ssh takes it', () => {
    expect(sshDestination({ user: 'admin', host: 'fd00::12' })).toBe('admin@fd00::12');
    expect(sshDestination({ user: null, host: 'box1' })).toBe('box1');
  });
});
