import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface IssuedCertificate {
  /** PEM */
  readonly cert: string;
  /** PEM */
  readonly key: string;
}

export interface PrivateCa {
  /** file with its certificate, PEM */
  readonly file: string;
  /** Issues a certificate for host names and IP addresses. */
  issue(...hosts: readonly string[]): IssuedCertificate;
}

/** Creates a certificate authority that no program trusts, with openssl, in an empty directory. */
export function privateCa(dir: string): PrivateCa {
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=rma test CA',
  );
  return {
    file: join(dir, 'ca.pem'),
    issue: (...hosts) => {
      const names = hosts.map((host) => `${/^[\d.]+$/.test(host) ? 'IP' : 'DNS'}:${host}`);
      writeFileSync(join(dir, 'names'), `subjectAltName=${names.join(',')}\n`);
      openssl('req', ...newKey, '-keyout', 'host.key', '-out', 'host.csr', '-subj', '/CN=host');
      const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
      openssl(
        'x509',
        '-req',
        '-in',
        'host.csr',
        ...by,
        '-out',
        'host.pem',
        '-days',
        '2',
        '-extfile',
        'names',
      );
      return {
        cert: readFileSync(join(dir, 'host.pem'), 'utf8'),
        key: readFileSync(join(dir, 'host.key'), 'utf8'),
      };
    },
  };
}
