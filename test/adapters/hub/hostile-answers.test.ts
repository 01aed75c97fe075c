import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { RmaError } from '../../../src/core/errors.ts';
import { parseModelRef } from '../../../src/core/source/parse-ref.ts';
import { startModelServer } from '../../helpers/store/model-server.ts';
import { smallRepo } from '../../helpers/store/store-fixture.ts';
import { testSource } from '../../helpers/store/test-source.ts';

const OID = 'a'.repeat(40);
const SHA = 'b'.repeat(64);
const file = (over: Record<string, unknown>) => ({ type: 'file', path: 'x.bin', size: 1, oid: OID, ...over });
const listing = (...entries: readonly unknown[]) => JSON.stringify(entries);
const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;

/** Bodies instead of a listing. */
const BODIES: readonly string[] = [
  '',
  ' ',
  'null',
  'true',
  '0',
  '"text"',
  '{}',
  '{"error":"x"}',
  '[',
  '[[]]',
  '[null]',
  '[1]',
  '["x"]',
  '[{}]',
  '[{"type":"file"}]',
  'NaN',
  '<html></html>',
  '<!doctype html><title>Sign in</title>',
  '\u0000\u0000\u0000',
  '\ufeff[]',
  deep,
  listing(file({ size: -1 })),
  listing(file({ size: 1.5 })),
  listing(file({ size: '1' })),
  listing(file({ size: 1e300 })),
  listing(file({ size: null })),
  listing(file({ oid: null })),
  listing(file({ oid: 'xyz' })),
  listing(file({ oid: `${OID}\n` })),
  listing(file({ oid: [] })),
  listing(file({ lfs: { oid: 'sha256:../../x', size: 1 } })),
  listing(file({ lfs: { oid: SHA, size: -1 } })),
  listing(file({ lfs: { oid: 5, size: 1 } })),
  listing(file({ lfs: {} })),
  listing(file({ path: '' })),
  listing(file({ path: '.' })),
  listing(file({ path: '..' })),
  listing(file({ path: '../x' })),
  listing(file({ path: 'a/../../x' })),
  listing(file({ path: '/etc/passwd' })),
  listing(file({ path: 'a//b' })),
  listing(file({ path: 'a/./b' })),
  listing(file({ path: 'a\\..\\b' })),
  listing(file({ path: 'C:\\x' })),
  listing(file({ path: 'a\u0000b' })),
  listing(file({ path: 'a\nb' })),
  listing(file({ path: 5 })),
  listing(file({ path: null })),
  listing(file({ path: {} })),
];

const HEADERS: readonly Readonly<Record<string, string>>[] = [
  { link: '<http://[>; rel="next"' },
  { link: '<?recursive=true&expand=false>; rel="next"' },
  { link: '<javascript:alert(1)>; rel="next"' },
  { link: '<mailto:x>; rel="next"' },
  { link: '<http://a:99999/>; rel="next"' },
  { link: `${'<'.repeat(4000)}>; rel="next"` },
  { link: `</gone${'/x'.repeat(3000)}>; rel="next"` },
  { location: 'https://evil.test/', 'x-status': '302' },
  { location: 'file:///etc/passwd', 'x-status': '302' },
  { location: 'http://[', 'x-status': '302' },
  { location: '//', 'x-status': '302' },
  { location: 'http://169.254.169.254/', 'x-status': '302' },
  { location: '', 'x-status': '307' },
  { 'x-status': '204' },
  { 'x-status': '206', 'content-range': 'bytes 0-0/1' },
  { 'x-status': '304' },
  { 'x-status': '418' },
  { 'x-status': '451' },
  { 'x-status': '599' },
  { 'x-status': '403', 'x-error-code': '__proto__' },
  { 'x-status': '403', 'x-error-code': 'DisabledRepo' },
  { 'x-status': '404', 'x-error-message': 'x'.repeat(4000) },
  { 'content-encoding': 'gzip' },
];

async function ask(answer: (response: ServerResponse) => void): Promise<unknown> {
  const server = await startModelServer();
  server.serve(smallRepo());
  server.fault = ({ path }, response) => {
    if (!path.includes('/tree/')) return false;
    answer(response);
    return true;
  };
  const source = testSource('hf', { endpoint: server.url, token: null });
  return source.resolve(parseModelRef('hf:acme/tiny')).catch((error: unknown) => error);
}

function expectFault(outcome: unknown): void {
  expect(outcome).toBeInstanceOf(RmaError);
  expect(outcome).toMatchObject({ code: expect.stringMatching(/^RMA_(HUB|CONTENT)_/) });
}

test.each(BODIES.map((body) => [body.slice(0, 80), body]))(
  '[case F24] [fail X2] the listing %j ends with an error of its own',
  async (_, body) => expectFault(await ask((response) => response.end(body))),
);

test.each(HEADERS)(
  '[case F03] [case F26] a listing with the headers %j ends with an error of its own',
  async (headers) => {
    const { 'x-status': status = '200', ...rest } = headers;
    const body = rest['content-encoding'] === undefined ? '[]' : '\u001f\u008b\b\u0000';
    expectFault(await ask((response) => response.writeHead(Number(status), rest).end(body)));
  },
);
