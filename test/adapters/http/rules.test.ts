import { expect, test } from 'vitest';
import { proxyFor } from '../../../src/adapters/http/proxy.ts';
import { mayCarryToken, redirectTarget } from '../../../src/adapters/http/redirect.ts';

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
  ['https://hub.test/a', 'file:///etc/passwd'],
  ['https://hub.test/a', 'https://'],
])('[fail X4] [fail X5] rejects a redirect from %s to %s', (from, to) => {
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

test('NO_PROXY matches names, subdomains, ports and *', () => {
  const env = { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'a.test, .b.test c.test:8443' };
  expect(proxyFor('https://x.test/', env)).toBe('http://proxy:3128');
  expect(proxyFor('https://a.test/', env)).toBeNull();
  expect(proxyFor('https://sub.a.test/', env)).toBeNull();
  expect(proxyFor('https://nota.test/', env)).toBe('http://proxy:3128');
  expect(proxyFor('https://b.test/', env)).toBeNull();
  expect(proxyFor('https://c.test/', env)).toBe('http://proxy:3128');
  expect(proxyFor('https://c.test:8443/', env)).toBeNull();
  expect(proxyFor('https://x.test/', { ...env, NO_PROXY: '*' })).toBeNull();
});

test('lowercase variables win, https falls back to HTTP_PROXY, and the scheme is optional', () => {
  expect(proxyFor('https://x.test/', { https_proxy: 'one:1', HTTPS_PROXY: 'http://two:2' })).toBe(
    'http://one:1',
  );
  expect(proxyFor('https://x.test/', { HTTP_PROXY: 'http://plain:3' })).toBe('http://plain:3');
  expect(proxyFor('http://x.test/', { HTTPS_PROXY: 'http://two:2' })).toBeNull();
  expect(proxyFor('http://localhost:1/', { HTTP_PROXY: 'http://plain:3' })).toBeNull();
});
