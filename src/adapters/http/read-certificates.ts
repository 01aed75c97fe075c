import { X509Certificate } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { CaFile } from '../../core/network/ca-files.ts';
import { readPlainSync, readProblem } from '../files/read-plain.ts';
import { certificatesIn, ownCertificates } from './secure-context.ts';

/**
 * Returns the certificates of the files (PEM), each once; null without files. Anything else in them, such as a private
 * key, is left out. A directory means its files, as for Python's requests.
 * @throws RmaError RMA_CA_FILE_INVALID (2)
 */
export function readCertificates(files: readonly CaFile[]): string | null {
  const found = new Set(files.flatMap(certificatesOf));
  return found.size === 0 ? null : `${[...found].join('\n')}\n`;
}

function certificatesOf(file: CaFile): readonly string[] {
  const blocks = textsOf(file).flatMap((text) => certificatesIn(text));
  if (blocks.length === 0) throw invalid(file, 'contains no certificate in PEM format');
  for (const block of ownCertificates(blocks)) {
    if (!isCertificate(block))
      throw invalid(file, `contains an invalid certificate (number ${blocks.indexOf(block) + 1})`);
  }
  return blocks;
}

function textsOf(file: CaFile): readonly string[] {
  try {
    if (!statSync(file.path).isDirectory()) return [readPlainSync(file.path).toString('latin1')];
    const names = readdirSync(file.path).filter((name) => /\.(pem|crt|cer)$/.test(name));
    return names.map((name) => readPlainSync(join(file.path, name)).toString('latin1'));
  } catch (error) {
    throw invalid(file, `cannot be read (${readProblem(error)})`);
  }
}

function isCertificate(block: string): boolean {
  try {
    return new X509Certificate(block).subject !== null;
  } catch {
    return false;
  }
}

function invalid({ path, origin }: CaFile, fault: string): RmaError {
  return new RmaError('RMA_CA_FILE_INVALID', `the CA file ${path} (${origin}) ${fault}`, {
    exitCode: EXIT.usage,
    hint: `set ${origin} to a readable file with PEM certificates, or unset it; to convert DER: openssl x509 -inform der -in FILE -out FILE.pem`,
  });
}
