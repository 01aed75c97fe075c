import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextPageUrl } from '../../../src/core/hub/next-page.ts';

const ask = (link: string | undefined, endpoint = 'https://mirror.test') =>
  nextPageUrl(link, { url: `${endpoint}/api/models/a/b/tree/c`, endpoint, subject: 'a/b' });

test.each([
  ['<https://mirror.test/n?cursor=2>; rel="next"', 'https://mirror.test/n?cursor=2'],
  ['<http://mirror.test/n?cursor=2>; rel="next"', 'https://mirror.test/n?cursor=2'],
  ['<http://mirror.test:8080/n?cursor=2>; rel="next"', 'https://mirror.test/n?cursor=2'],
  ['<https://huggingface.co/n?cursor=a%2Fb>; rel="next"', 'https://mirror.test/n?cursor=a%2Fb'],
  ['</n?cursor=2>; rel="next"', 'https://mirror.test/n?cursor=2'],
  ['<?cursor=2>; rel="next"', 'https://mirror.test/api/models/a/b/tree/c?cursor=2'],
  ['<//elsewhere.test/n>; rel=next', 'https://mirror.test/n'],
  ['<https://me:secret@evil.test/n>; rel="next"', 'https://mirror.test/n'],
  ['</p>; rel="prev", </n>; rel="next", </l>; rel="last"', 'https://mirror.test/n'],
  ['</n>; title="a, b; rel=none"; REL="last NEXT"', 'https://mirror.test/n'],
])('[case F03] the link %s continues at %s', (link, expected) => {
  expect(ask(link)).toBe(expected);
});

test.each([
  ['https://huggingface.co/api/models/x?cursor=2', 'https://mirror.test/hf/api/models/x?cursor=2'],
  ['http://mirror.test/hf/api/models/x?cursor=2', 'https://mirror.test/hf/api/models/x?cursor=2'],
  ['/hfx/api?cursor=2', 'https://mirror.test/hf/hfx/api?cursor=2'],
])('[case F03] behind an endpoint with a path, the link %s continues at %s', (link, expected) => {
  expect(ask(`<${link}>; rel="next"`, 'https://mirror.test/hf')).toBe(expected);
});

test.each([
  undefined,
  '',
  '</n>',
  '</n>; rel="prev"',
  '</n>; rel="nextcloud"',
  'rel="next"',
  '<>',
  '<<<>>>',
  ',',
])('[case F03] %j is the last page', (link) => {
  expect(ask(link)).toBeNull();
});

test.each([
  '<http://[>; rel="next"',
  '<file:///etc/passwd>; rel="next"',
  '<mailto:x>; rel="next"',
  '<https://>; rel="next"',
  '<http://a:99999/>; rel="next"',
])('[case F03] a malformed link %s is an unexpected response', (link) => {
  expect(() => ask(link)).toThrowError(expect.objectContaining({ code: 'RMA_HUB_BAD_ANSWER' }));
});

test('[case F03] no link leads away from the endpoint', () => {
  fc.assert(
    fc.property(fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.string()), (target) => {
      try {
        const next = ask(`<${target}>; rel="next"`);
        expect(next === null || new URL(next).origin === 'https://mirror.test').toBe(true);
      } catch (error) {
        expect(error).toMatchObject({ code: 'RMA_HUB_BAD_ANSWER' });
      }
    }),
  );
});
