import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { certificates } from '../../../src/adapters/certificate/self-signed.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');

it('creates a certificate that OpenSSL accepts for each of its names and addresses', () => {
  const folder = tempFolder();
  const pair = certificates.create({ names: ['box1', 'localhost', '10.1.2.3', 'fd00::12'], nowMs: NOW });
  const file = join(folder, 'cert.pem');
  writeFileSync(file, pair.certificate);
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { encoding: 'utf8' });
  const at = ['-attime', String(NOW / 1000)];
  expect(openssl('verify', '-CAfile', file, '-purpose', 'sslserver', '-x509_strict', ...at, file)).toContain(
    'OK',
  );
  for (const name of ['box1', 'localhost']) {
    expect(openssl('x509', '-in', file, '-noout', '-checkhost', name)).toContain('does match');
  }
  for (const address of ['10.1.2.3', 'fd00::12']) {
    expect(openssl('x509', '-in', file, '-noout', '-checkip', address)).toContain('does match');
  }
  const text = openssl('x509', '-in', file, '-noout', '-text');
  expect(text).toContain('Not Before: Nov 27 12:00:00 2026 GMT');
  expect(text).toContain('Not After : Nov 25 12:00:00 2036 GMT');
});

it('returns the sha256 of a certificate only with its own key', () => {
  const [one, other] = [1, 2].map(() => certificates.create({ names: ['box1'], nowMs: NOW }));
  const { raw } = new X509Certificate(one!.certificate);
  const fingerprint = createHash('sha256').update(raw).digest('hex');
  expect(certificates.inspect(one!)).toEqual({ fingerprint });
  expect(certificates.inspect({ ...one!, key: other!.key })).toBeNull();
  expect(certificates.inspect({ key: '', certificate: 'x' })).toBeNull();
});
