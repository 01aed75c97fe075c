import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAuthority } from '../../../src/adapters/certificate/authority.ts';
import type { KeyPair } from '../../../src/ports/certificates.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const YEAR = 365 * 86_400_000;
const NAMES = ['coordinator', 'gpu1', '127.0.0.1', '10.1.2.3', 'fd00::12'];
const SUBJECT = 'rma coordinator';

const at = (nowMs: number) => createAuthority({ now: () => nowMs });
const authority = at(NOW);

describe('the CA of a project', () => {
  it('signs certificates that OpenSSL accepts, for each of their names and addresses', () => {
    const folder = tempFolder();
    const ca = authority.create('demo');
    const files = {
      ca: join(folder, 'ca.pem'),
      cert: join(folder, 'cert.pem'),
      other: join(folder, 'other.pem'),
    };
    writeFileSync(files.ca, ca.certificate);
    writeFileSync(files.cert, authority.issue(ca, { subject: SUBJECT, names: NAMES }).certificate);
    writeFileSync(files.other, authority.create('demo').certificate);
    const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { encoding: 'utf8' });
    const verify = ['verify', '-purpose', 'sslserver', '-x509_strict', '-attime', String(NOW / 1000)];
    expect(openssl(...verify, '-CAfile', files.ca, files.cert)).toContain('OK');
    expect(openssl(...verify, '-CAfile', files.ca, '-verify_hostname', 'gpu1', files.cert)).toContain('OK');
    for (const address of ['10.1.2.3', 'fd00::12'])
      expect(openssl(...verify, '-CAfile', files.ca, '-verify_ip', address, files.cert)).toContain('OK');
    expect(spawnSync('openssl', [...verify, '-CAfile', files.other, files.cert]).status).not.toBe(0);
    // a server's certificate signs no others
    expect(openssl('x509', '-in', files.cert, '-noout', '-text')).toMatch(/CA:FALSE[\s\S]*10\.1\.2\.3/);
    expect(openssl('x509', '-in', files.ca, '-noout', '-text')).toContain('CA:TRUE, pathlen:0');
  });

  it('is verified by Node.js: another CA and a name that is not in the certificate are refused', async () => {
    const live = at(Date.now());
    const [ca, other] = [live.create('demo'), live.create('demo')];
    const pair = live.issue(ca, { subject: SUBJECT, names: ['127.0.0.1'] });
    const server = createServer({ key: pair.key, cert: pair.certificate }, (_, response) =>
      response.end('ok'),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await ask(port, { host: '127.0.0.1', ca })).toBe(200);
    expect(await ask(port, { host: '127.0.0.1', ca: other })).not.toBe(200);
    expect(await ask(port, { host: 'localhost', ca })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    server.close();
  });
});

describe('a certificate that exists', () => {
  const ca = authority.create('demo');
  const pair = authority.issue(ca, { subject: SUBJECT, names: NAMES });

  it('is kept while it is valid for another year', () => {
    expect(authority.isAuthority(ca)).toBe(true);
    expect(authority.isIssued(pair, { by: ca, names: NAMES })).toBe(true);
    expect(authority.isIssued(pair, { by: ca, names: NAMES.toReversed() })).toBe(true);
    // a command for a part of the hosts needs fewer names
    expect(authority.isIssued(pair, { by: ca, names: NAMES.slice(1) })).toBe(true);
    expect(at(NOW + 8 * YEAR).isAuthority(ca)).toBe(true);
    expect(at(NOW + 8 * YEAR).isIssued(pair, { by: ca, names: NAMES })).toBe(true);
  });

  it.each([
    ['it nears its end', pair, ca, NAMES, NOW + 9 * YEAR],
    ['another CA signed it', pair, authority.create('demo'), NAMES, NOW],
    ['it lacks a name', pair, ca, [...NAMES, 'gpu2'], NOW],
    ['its key is another one', { ...pair, key: ca.key }, ca, NAMES, NOW],
    ['it is damaged', { ...pair, certificate: 'x' }, ca, NAMES, NOW],
  ])('is replaced if %s', (...[, own, by, names, nowMs]) => {
    expect(at(nowMs).isIssued(own, { by, names })).toBe(false);
  });

  it('is no CA if it may not sign, nears its end or is damaged', () => {
    expect(authority.isAuthority(pair)).toBe(false);
    expect(at(NOW + 9 * YEAR).isAuthority(ca)).toBe(false);
    expect(authority.isAuthority({ key: '', certificate: '' })).toBe(false);
  });
});

function ask(port: number, { host, ca }: { readonly host: string; readonly ca: KeyPair }): Promise<unknown> {
  return new Promise((resolve) => {
    const outgoing = request({ host, port, ca: ca.certificate, agent: false, servername: '' }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    outgoing.on('error', (error) => resolve('code' in error ? error.code : error.message));
    outgoing.end();
  });
}
