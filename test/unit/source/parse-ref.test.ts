import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ModelRef } from '../../../src/core/domain/model-ref.ts';
import { RmaError } from '../../../src/core/errors.ts';
import { canonicalSelection, selectionFault } from '../../../src/core/reference/selection.ts';
import { formatModelRef, parseModelRef } from '../../../src/core/source/parse-ref.ts';
import { SOURCES } from '../../../src/core/source/sources.ts';
import { urlFileName } from '../../../src/core/source/url-reference.ts';

const SHA = 'ab'.repeat(32);

function refusal(text: string): RmaError {
  try {
    parseModelRef(text);
  } catch (error) {
    if (error instanceof RmaError) return error;
  }
  throw new Error(`${text} was accepted`);
}

test.each([
  ['hf:org/repo', { source: 'hf', repo: 'org/repo', revision: 'main', pattern: null }],
  ['hf:org/repo@v1.0', { source: 'hf', repo: 'org/repo', revision: 'v1.0', pattern: null }],
  ['hf:org/repo@refs/pr/1', { source: 'hf', repo: 'org/repo', revision: 'refs/pr/1', pattern: null }],
  [
    'hf:Qwen/Q-GGUF:*q4_k_m.gguf',
    { source: 'hf', repo: 'Qwen/Q-GGUF', revision: 'main', pattern: '*q4_k_m.gguf' },
  ],
  ['ms:org/repo', { source: 'ms', repo: 'org/repo', revision: 'master', pattern: null }],
  ['ms:Qwen/Qwen3-0.6B@v1.0', { source: 'ms', repo: 'Qwen/Qwen3-0.6B', revision: 'v1.0', pattern: null }],
  ['MS:o/r:*.gguf', { source: 'ms', repo: 'o/r', revision: 'master', pattern: '*.gguf' }],
  ['hf:o/r:gguf:q4_k_m,all,!x', { source: 'hf', repo: 'o/r', revision: 'main', pattern: 'gguf:Q4_K_M,*,!x' }],
  ['hf:o/r@v1:*.json#layout=plain', { source: 'plain', repo: 'o/r', revision: 'v1', pattern: '*.json' }],
  ['ms:o/r#layout=plain', { source: 'ms', repo: 'o/r', revision: 'master', pattern: null }],
  ['o/r#layout=plain', { source: 'plain', repo: 'o/r', revision: 'main', pattern: null }],
  ['hf:o/r:a#b.json', { source: 'hf', repo: 'o/r', revision: 'main', pattern: 'a#b.json' }],
  ['hf:o/r@main:a:b@c', { source: 'hf', repo: 'o/r', revision: 'main', pattern: 'a:b@c' }],
  [
    `https://example.com/a/m.gguf#sha256=${SHA}&as=x.gguf&set=chat`,
    { source: 'url', url: 'https://example.com/a/m.gguf', sha256: SHA, set: 'chat', as: 'x.gguf' },
  ],
  [
    'http://127.0.0.1:8080/m.gguf?download=true',
    {
      source: 'url',
      url: 'http://127.0.0.1:8080/m.gguf?download=true',
      sha256: null,
      set: 'default',
      as: null,
    },
  ],
] as const)('%s is read into its parts', (text, ref) => {
  expect(parseModelRef(text)).toEqual(ref);
});

test.each([
  '',
  'hf:',
  'hf:repo',
  'hf:a/b/c',
  'hf:org/..',
  'hf:org/a--b',
  'hf:-org/repo',
  'hf:org/repo@',
  'hf:org/repo@a b',
  'hf:org/repo@../x',
  'hf:org/repo@a//b',
  'hf:org/repo:',
  'hf:org/repo:/etc/passwd',
  'hf:org/repo:a,,b',
  'hf:org/repo:gguf:',
  'hf:org/repo#layout=flat',
  'hf:org/repo#set=x',
  'hf:org/repo:a\nb',
  'ms:',
  'ms:repo',
  'ms:org/..',
  'ms:org/repo@',
  'ms:org/repo@../x',
  'ms:org/repo:',
  'ms:org/repo:/etc/passwd',
  'file:///etc/passwd',
  'ftp://example.com/m.gguf',
  'https://',
  'https://example.com/',
  'https://example.com/a b.gguf',
  'https://user:secret@example.com/m.gguf',
  'https://example.com/m.gguf#sha256=123',
  'https://example.com/m.gguf#section',
  'https://example.com/m.gguf#as=../x',
  'https://example.com/m.gguf#as=a&as=b',
  'https://example.com/m.gguf#set=Big',
  'https://example.com/%2e%2e%2fx.gguf#as=%00',
])('%j is rejected with the grammar as hint', (text) => {
  const error = refusal(text);
  const source = SOURCES.find(({ schemes }) => schemes.some((scheme) => text.startsWith(`${scheme}:`)));
  expect(error).toMatchObject({ code: 'RMA_MODEL_REF_INVALID', exitCode: 2 });
  expect(error.hint).toContain(source?.grammar ?? 'hf:org/repo[@revision][:pattern]');
});

test('a password in a URL is not in the message', () => {
  expect(refusal('https://user:hunter22@example.com/m.gguf').message).not.toContain('hunter22');
});

const part = fc
  .stringMatching(/^[A-Za-z0-9]([A-Za-z0-9_.]{0,20}[A-Za-z0-9])?$/)
  .filter((text) => !text.includes('..'));
const revision = fc.oneof(
  fc.constantFrom('main', 'master'),
  part,
  fc.tuple(part, part).map((parts) => parts.join('/')),
);
const pattern = fc.oneof(
  fc.constant(null),
  fc
    .string({ minLength: 1, maxLength: 30 })
    .filter((text) => selectionFault(text) === null)
    .map(canonicalSelection),
);
const repoRef = fc.record({
  source: fc.constantFrom('hf' as const, 'ms' as const),
  repo: fc.tuple(part, part).map((parts) => parts.join('/')),
  revision,
  pattern,
});
const urlRef = fc.record({
  source: fc.constant('url' as const),
  url: fc.webUrl({ withQueryParameters: true }).map((url) => new URL(`${url.split('?')[0]}/m.gguf`).href),
  sha256: fc.option(fc.stringMatching(/^[0-9a-f]{64}$/), { nil: null }),
  set: fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,20}$/),
  as: fc.option(
    fc
      .string({ minLength: 1, maxLength: 40 })
      .filter((text) => !/[\p{Cc}/\\:.]/u.test(text) && text.trim() !== ''),
    { nil: null },
  ),
});

test('the canonical form of any reference parses back to the same reference', () => {
  fc.assert(
    fc.property(fc.oneof(repoRef, urlRef), (ref: ModelRef) => {
      fc.pre(!String(ref['revision']).endsWith('.lock'));
      if (ref.source === 'url') fc.pre(isWritable(ref));
      expect(parseModelRef(formatModelRef(ref))).toEqual(ref);
    }),
  );
});

test('the parser fails only with its own errors, whatever the string', () => {
  fc.assert(
    fc.property(fc.constantFrom('', 'hf:', 'ms:', 'https://', 'https://a/'), fc.string(), (head, tail) => {
      expect(outcomeOf(head + tail)).toMatch(/^(read|RMA_MODEL_)/);
    }),
  );
});

test('the file name of a URL is its decoded last segment, or the given one', () => {
  const base = { source: 'url', sha256: null, set: 'default' } as const;
  expect(urlFileName({ ...base, url: 'https://a.b/x/my%20m.gguf?x=1', as: null })).toBe('my m.gguf');
  expect(urlFileName({ ...base, url: 'https://a.b/x/m.gguf', as: 'other.gguf' })).toBe('other.gguf');
  expect(urlFileName({ ...base, url: 'https://a.b/%2e%2e%2fm.gguf', as: null })).toBeNull();
});

function outcomeOf(text: string): string {
  try {
    parseModelRef(text);
    return 'read';
  } catch (error) {
    return error instanceof RmaError ? error.code : String(error);
  }
}

/** Whether a reference can be parsed: unsafe names are rejected, see other tests. */
function isWritable(ref: ModelRef): boolean {
  return outcomeOf(formatModelRef(ref)) === 'read';
}
