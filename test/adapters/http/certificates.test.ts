import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, expect, test } from 'vitest';
import { readCertificates } from '../../../src/adapters/http/read-certificates.ts';
import { trusting } from '../../../src/adapters/http/secure-context.ts';
import { UndiciClient } from '../../../src/adapters/http/undici-client.ts';
import { caFiles } from '../../../src/core/network/ca-files.ts';
import { listening } from '../../helpers/network/listening.ts';
import { privateCa } from '../../helpers/network/private-ca.ts';
import { quick } from '../../helpers/store/test-http.ts';

const DIR = mkdtempSync(join(tmpdir(), 'rma-'));
afterAll(() => rmSync(DIR, { recursive: true, force: true }));
const CA = privateCa(DIR);
const CERTIFICATE = CA.issue('localhost');

const hub = () => listening(createServer(CERTIFICATE, (_, response) => response.end('ok')));
const read = async (host: string, setting: string | null, env: Readonly<Record<string, string>>) => {
  const certificates = () => readCertificates(caFiles(setting, env));
  const http = new UndiciClient({ ...quick, userAgent: 'rma-test', attempts: 1, certificates });
  return (await http.read({ method: 'GET', url: `https://${host}:${await hub()}/` })).text;
};

test.each(['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'])(
  '[case F06] trusts the private CA in %s',
  async (variable) => {
    expect(await read('localhost', null, { [variable]: CA.file })).toBe('ok');
  },
);

test('[case F06] trusts the private CA in network.ca_file, and in a directory of certificates', async () => {
  expect(await read('localhost', CA.file, { SSL_CERT_FILE: CA.file })).toBe('ok');
  expect(await read('localhost', null, { REQUESTS_CA_BUNDLE: DIR })).toBe('ok');
});

test('[case F06] the error of an untrusted certificate names the setting', async () => {
  await expect(read('localhost', null, {})).rejects.toMatchObject({
    code: 'RMA_HUB_UNTRUSTED_CERTIFICATE',
    exitCode: 1,
    hint: expect.stringMatching(/--ca-file FILE, network\.ca_file in rma\.yaml, or RMA_CA_FILE/),
  });
});

test('[case F06] a certificate of another host is an error of its own', async () => {
  await expect(read('127.0.0.1', CA.file, {})).rejects.toMatchObject({
    code: 'RMA_HUB_UNTRUSTED_CERTIFICATE',
    message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
  });
});

test('https to a server that speaks plain HTTP is answered with the http address', async () => {
  const host = `127.0.0.1:${await listening(createPlainServer((_, response) => response.end('ok')))}`;
  const http = new UndiciClient({ ...quick, userAgent: 'rma-test', attempts: 1 });
  await expect(http.read({ method: 'GET', url: `https://${host}/m.gguf` })).rejects.toMatchObject({
    code: 'RMA_HUB_UNREACHABLE',
    message: `${host} does not speak TLS`,
    hint: `use http://${host}`,
  });
});

test.each([
  ['missing.pem', null, /cannot be read \(ENOENT\)/],
  ['empty.pem', '', /contains no certificate/],
  ['der.pem', '\u0030\u0082\u0001', /contains no certificate/],
  ['key.pem', CERTIFICATE.key, /contains no certificate/],
  ['cut.pem', CERTIFICATE.cert.slice(0, 200), /contains no certificate/],
  [
    'broken.pem',
    `${CERTIFICATE.cert}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
    /invalid certificate \(number 2\)/,
  ],
] as const)('[case F06] the file %s is rejected with the variable that names it', (name, content, fault) => {
  const path = join(DIR, name);
  if (content !== null) writeFileSync(path, content);
  const ask = () => readCertificates(caFiles(null, { SSL_CERT_FILE: path }));
  expect(ask).toThrowError(
    expect.objectContaining({
      code: 'RMA_CA_FILE_INVALID',
      exitCode: 2,
      message: expect.stringMatching(fault),
      hint: expect.stringContaining('SSL_CERT_FILE'),
    }),
  );
  if (content !== null) rmSync(path);
});

test('[case F06] the certificates of an operating system do not hide those of a company', async () => {
  const path = join(DIR, 'bundle.crt');
  const [first = '', ...others] = rootCertificates;
  const company = readFileSync(CA.file, 'utf8');
  writeFileSync(path, [first.replaceAll('\n', '\r\n'), company, ...others.slice(0, 20)].join('\n'));
  expect(await read('localhost', null, { SSL_CERT_FILE: path })).toBe('ok');
  expect(trusting(rootCertificates.join('\n'))).toBeNull();
  expect(trusting(readCertificates(caFiles(path, {})) ?? '')).not.toBeNull();
  rmSync(path);
});

test('[case F06] nothing but certificates is taken from a file, and each once', () => {
  const path = join(DIR, 'both.txt');
  writeFileSync(path, `# comment\n${CERTIFICATE.key}${CERTIFICATE.cert}${CERTIFICATE.cert}`);
  const found = readCertificates(caFiles(path, { SSL_CERT_FILE: CA.file, CURL_CA_BUNDLE: CA.file })) ?? '';
  expect(found.match(/BEGIN/g)).toHaveLength(2);
  expect(found).not.toContain('PRIVATE');
  expect(found).toContain(readFileSync(CA.file, 'utf8').trim());
});
