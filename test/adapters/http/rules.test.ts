import { expect, test } from 'vitest';
import { addressKind } from '../../../src/adapters/http/address-kind.ts';
import { proxyFor } from '../../../src/adapters/http/proxy.ts';
import { mayCarryToken, redirectTarget } from '../../../src/adapters/http/redirect.ts';
import { proxyAddress } from '../../../src/core/network/proxy.ts';

test.each([
  ['https://hub.test/a', '/b', 'https://hub.test/b'],
  ['https://hub.test/a', 'https://cdn.test/b', 'https://cdn.test/b'],
  ['http://127.0.0.1:1/a', 'http://localhost:2/b', 'http://localhost:2/b'],
  ['http://host.docker.internal:1/a', 'http://host.docker.internal:2/b', 'http://host.docker.internal:2/b'],
  ['http://127.0.0.1:1/a', 'http://hub.localhost:2/b', 'http://hub.localhost:2/b'],
  ['http://hub.lan/a', 'http://hub.lan:81/b', 'http://hub.lan:81/b'],
  ['http://hub.lan/a', 'https://cdn.test/b', 'https://cdn.test/b'],
  ['https://hub.test/a', 'https://user:pw@cdn.test/b', 'https://cdn.test/b'],
])('follows a redirect from %s to %s as %s', (from, to, target) => {
  expect(redirectTarget(from, to)).toBe(target);
});

test.each([
  ['https://hub.test/a', 'http://hub.test/b'],
  ['https://hub.test/a', 'http://127.0.0.1/b'],
  ['http://hub.lan/a', 'http://cdn.lan/b'],
  ['https://hub.test/a', 'https://127.0.0.1/b'],
  ['https://hub.test/a', 'https://[::1]/b'],
  ['https://hub.test/a', 'https://0x7f000001/b'],
  ['https://hub.test/a', 'https://[::ffff:127.0.0.1]/b'],
  ['https://hub.test/a', 'https://hub.localhost/b'],
  ['https://hub.test/a', 'https://169.254.169.254/latest/meta-data'],
  ['http://127.0.0.1/a', 'http://169.254.169.254/latest/meta-data'],
  ['https://hub.test/a', 'https://localhost./b'],
  ['https://hub.test/a', 'https://a.localhost/b'],
  ['https://hub.test/a', 'https://[::ffff:7f00:1]/b'],
  ['https://hub.test/a', 'https://2130706433/b'],
  ['https://hub.test/a', 'https://0177.0.0.1/b'],
  ['https://hub.test/a', 'https://0/b'],
  ['https://hub.test/a', 'https://metadata.google.internal./b'],
  ['https://hub.test/a', 'https://[fd00:ec2::254]/b'],
  ['https://hub.test/a', 'file:///etc/passwd'],
  ['https://hub.test/a', 'https://'],
])('[case F26] [fail X4] [fail X5] rejects a redirect from %s to %s', (from, to) => {
  expect(() => redirectTarget(from, to)).toThrowError(
    expect.objectContaining({ code: 'RMA_HUB_UNSAFE_REDIRECT', exitCode: 6 }),
  );
});

test('[fail X5] sends a token only over https or to this machine', () => {
  expect(
    [
      'https://hub.test/',
      'http://127.0.0.1:8/',
      'http://[::1]/',
      'http://localhost/',
      'http://hub.localhost/',
    ].every(mayCarryToken),
  ).toBe(true);
  expect(['http://hub.lan/', 'http://10.0.0.1/', 'http://localhost.evil.test/'].some(mayCarryToken)).toBe(
    false,
  );
});

const PROXY = { HTTPS_PROXY: 'http://proxy:3128' };

test.each([
  ['https://a.test/', 'a.test'],
  ['https://sub.a.test/', 'a.test'],
  ['https://b.test/', '.b.test'],
  ['https://sub.b.test/', '*.b.test'],
  ['https://A.Test/', 'x, a.TEST'],
  ['https://a.test./', 'a.test'],
  ['https://a.test/', 'a.test.'],
  ['https://c.test:8443/', 'x.test c.test:8443'],
  ['https://c.test/', 'c.test:443'],
  ['https://x.test/', '*'],
  ['https://x.test/', 'a, *,b'],
  ['https://10.1.2.3/', '10.0.0.0/8'],
  ['https://10.1.2.3/', '\t10.1.2.3\n'],
  ['https://10.1.2.3:8443/', '10.1.2.3:8443'],
  ['https://172.31.9.9/', '192.168.0.0/16,172.16.0.0/12'],
  ['https://192.168.1.77/', '192.168.1.64/26'],
  ['https://0xa000001/', '10.0.0.0/8'],
  ['https://[fd12::1]/', 'fd00::/8'],
  ['https://[fd12::1]/', 'fd12::1'],
  ['https://[fd12:0:0::1]/', '[fd12::1]'],
  ['https://[fd12::1]:8443/', '[fd12::1]:8443'],
  ['https://[::ffff:10.1.2.3]/', '10.0.0.0/8'],
])('[case F08] %s is reached directly with NO_PROXY %j, in upper and lower case', (url, list) => {
  expect(proxyFor(url, { ...PROXY, NO_PROXY: list })).toBeNull();
  expect(proxyFor(url, { ...PROXY, NO_PROXY: 'other', no_proxy: list })).toBeNull();
});

test.each([
  ['https://nota.test/', 'a.test'],
  ['https://c.test/', 'c.test:8443'],
  ['https://a.test.evil/', 'a.test'],
  ['https://11.1.2.3/', '10.0.0.0/8'],
  ['https://192.168.1.63/', '192.168.1.64/26'],
  ['https://1.10.1.2.3.test/', '10.0.0.0/8'],
  ['https://x.test/', '0.0.0.0/0'],
  ['https://10.1.2.3/', '10.0.0.0/33'],
  ['https://10.1.2.3/', '10.0.0.0/'],
  ['https://10.1.2.3/', '10.0.0/8'],
  ['https://10.1.2.3/', 'fd00::/8'],
  ['https://[fe12::1]/', 'fd00::/8'],
  ['https://1.2.3.4/', '3.4'],
  ['https://x.test/', ' , ,, '],
])('[case F08] %s needs the proxy with NO_PROXY %j', (url, list) => {
  expect(proxyFor(url, { ...PROXY, NO_PROXY: list })).toMatchObject({ hostname: 'proxy', port: 3128 });
});

test.each([
  ['https://x.test/', { https_proxy: 'one:1', HTTPS_PROXY: 'http://two:2' }, 'https_proxy', 'http://one:1'],
  ['https://x.test/', { https_proxy: '', HTTPS_PROXY: ' http://two:2 ' }, 'HTTPS_PROXY', 'http://two:2'],
  ['https://x.test/', { HTTP_PROXY: 'http://plain:3' }, 'HTTP_PROXY', 'http://plain:3'],
  ['https://x.test/', { ALL_PROXY: 'all:4', HTTP_PROXY: 'http://plain:3' }, 'ALL_PROXY', 'http://all:4'],
  ['http://x.test/', { all_proxy: 'socks5h://all:4' }, 'all_proxy', 'socks5://all:4'],
  ['http://x.test/', { HTTP_PROXY: 'http://plain/' }, 'HTTP_PROXY', 'http://plain:80'],
  ['http://x.test/', { HTTP_PROXY: 'https://plain' }, 'HTTP_PROXY', 'https://plain:443'],
  ['http://x.test/', { HTTP_PROXY: 'socks://plain' }, 'HTTP_PROXY', 'socks5://plain:1080'],
  ['http://x.test/', { HTTP_PROXY: 'https://plain:80' }, 'HTTP_PROXY', 'https://plain:80'],
  ['http://x.test/', { HTTP_PROXY: 'http://[fd00::1]:3128' }, 'HTTP_PROXY', 'http://[fd00::1]:3128'],
] as const)('[case F05] [case F09] %s with %j is reached through %s', (...[url, env, variable, address]) => {
  const proxy = proxyFor(url, { ...env });
  expect(proxy?.variable).toBe(variable);
  expect(proxy === null ? null : proxyAddress(proxy)).toBe(address);
});

test.each([
  ['https://x.test/', {}],
  ['http://x.test/', { HTTPS_PROXY: 'http://two:2' }],
  ['http://localhost:1/', { HTTP_PROXY: 'http://plain:3', ALL_PROXY: 'all:4' }],
  ['http://host.docker.internal:1/', { HTTP_PROXY: 'http://plain:3' }],
])('%s with %j is reached directly', (url, env) => {
  expect(proxyFor(url, { ...env })).toBeNull();
});

test.each([
  ['http://me:secret@proxy:3128', 'me', 'secret'],
  ['me:secret@proxy:3128', 'me', 'secret'],
  ['http://me:p%40ss%3A%2F@proxy:3128', 'me', 'p@ss:/'],
  ['http://me:p@ss@proxy:3128', 'me', 'p@ss'],
  ['http://me:100%@proxy:3128', 'me', '100%'],
  ['http://me:%ff@proxy:3128', 'me', '%ff'],
  ['http://DOMAIN%5Cme:secret@proxy:3128', 'DOMAIN\\me', 'secret'],
  ['http://token@proxy:3128', 'token', ''],
  ['http://:secret@proxy:3128', '', 'secret'],
  ['http://m%C3%BC:s%C3%A4@proxy:3128', 'mü', 'sä'],
])('[case F05] reads the login in %s', (value, user, password) => {
  expect(proxyFor('https://x.test/', { HTTPS_PROXY: value })).toMatchObject({
    hostname: 'proxy',
    port: 3128,
    login: { user, password },
  });
});

test.each([
  'socks4://me:geheim@proxy:1080',
  'socks4a://proxy:1080',
  'quic://me:geheim@proxy',
  'http://me:ge#heim@proxy:3128',
  'http://me:ge/heim@proxy:3128',
  'http://me:ge?heim@proxy:3128',
  'http://me:p@ge/heim@proxy:3128',
  'http://me:12/geheim@proxy:3128',
  'http://token/geheim@proxy:3128',
  'http://DOMAIN\\me:geheim@proxy:3128',
  '"http://me:geheim@proxy:3128"',
  "'http://proxy:3128'",
  'http://',
  'http://proxy:port',
  'http://proxy:99999',
  'http://me:geheim@proxy:3128 http://other',
  'http:///',
])('[case F05] [case F09] the proxy %s is rejected with its variable, and without its login', (value) => {
  const ask = () => proxyFor('https://x.test/', { HTTPS_PROXY: value });
  expect(ask).toThrowError(
    expect.objectContaining({
      code: 'RMA_PROXY_INVALID',
      exitCode: 2,
      message: expect.stringContaining('HTTPS_PROXY'),
      hint: expect.stringContaining('HTTPS_PROXY'),
    }),
  );
  try {
    ask();
  } catch (error) {
    expect(JSON.stringify(error) + String(error)).not.toMatch(/geheim|heim/);
  }
});

test.each([
  ['127.0.0.1', 'loopback'],
  ['::1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:7f00:1', 'loopback'],
  ['::127.0.0.1', 'loopback'],
  ['64:ff9b::7f00:1', 'loopback'],
  ['64:ff9b::127.0.0.1', 'loopback'],
  ['2002:7f00:1::', 'loopback'],
  ['10.0.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['172.32.0.1', 'public'],
  ['192.168.0.1', 'private'],
  ['100.64.0.1', 'private'],
  ['::ffff:192.168.0.1', 'private'],
  ['64:ff9b::c0a8:1', 'private'],
  ['fd12::1', 'private'],
  ['169.254.1.1', 'link-local'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['169.254.169.254', 'metadata'],
  ['::ffff:169.254.169.254', 'metadata'],
  ['fd00:ec2::254', 'metadata'],
  ['100.100.100.200', 'metadata'],
  ['0.0.0.0', 'reserved'],
  ['0.1.2.3', 'reserved'],
  ['::', 'reserved'],
  ['224.0.0.1', 'reserved'],
  ['255.255.255.255', 'reserved'],
  ['ff02::1', 'reserved'],
  ['8.8.8.8', 'public'],
  ['198.18.0.7', 'public'],
  ['2606:4700::1', 'public'],
  ['2002:808:808::1', 'public'],
] as const)('[case F26] %s is a %s address', (address, kind) => {
  expect(addressKind(address)).toBe(kind);
});
