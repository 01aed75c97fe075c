import { expect, it } from 'vitest';
import { serviceUrl } from '../../../src/core/network/service-url.ts';

it.each([
  ['engine', '127.0.0.1', 'http://127.0.0.1:8080'],
  ['engine', '10.0.0.5', 'http://10.0.0.5:8080'],
  ['engine', 'fd00::5', 'http://[fd00::5]:8080'],
  ['coordinator', '127.0.0.1', 'http://127.0.0.1:8080'],
  ['coordinator', '0.0.0.0', 'https://0.0.0.0:8080'],
])('the URL of %s on %s is %s', (role, address, url) => {
  expect(serviceUrl({ role, address, port: 8080 })).toBe(url);
});
