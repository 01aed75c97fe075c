import fc from 'fast-check';
import { expect, it } from 'vitest';
import { environmentProxy } from '../../../src/core/network/proxy.ts';
import {
  formatProxyFile,
  parseProxyFile,
  proxiesWithoutLogin,
} from '../../../src/core/network/proxy-file.ts';

it('[case F05] proxies with a login go into the file, the others into variables', () => {
  const environment = {
    HTTPS_PROXY: 'http://me:p%40ss@proxy:3128/',
    http_proxy: 'plain:3128',
    ALL_PROXY: 'socks5h://me:secret@127.0.0.1:1080',
    HOME: '/x',
  };
  expect(formatProxyFile(environment)).toBe(
    'HTTPS_PROXY=http://me:p%40ss@proxy:3128\nALL_PROXY=socks5://me:secret@host.docker.internal:1080\n',
  );
  expect(proxiesWithoutLogin(environment)).toEqual({
    HTTPS_PROXY: 'http://proxy:3128',
    http_proxy: 'plain:3128',
    ALL_PROXY: 'socks5://127.0.0.1:1080',
  });
  expect(formatProxyFile({ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'a@b' })).toBeNull();
});

it('[case F05] any login is the same after the file was read, and in no variable', () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(text, text, (user, password) => {
      const login = [user, `${password}geheim`].map(encodeURIComponent).join(':');
      const environment = { HTTPS_PROXY: `http://${login}@proxy:3128` };
      const proxy = environmentProxy('https:', parseProxyFile(formatProxyFile(environment) ?? ''));
      expect(proxy).toEqual(environmentProxy('https:', environment));
      expect(proxy?.login).toEqual({ user, password: `${password}geheim` });
      expect(JSON.stringify(proxiesWithoutLogin(environment))).not.toContain('geheim');
    }),
  );
});
