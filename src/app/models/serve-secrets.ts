import type { RmaConfig } from '../../core/domain/config.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { parsePeerToken } from '../../core/network/peer-token.ts';
import type { Certificates, KeyPair } from '../../ports/certificates.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';

/** What the owner of a served store sets. Paths are absolute. */
export interface ServeFiles {
  /** file with the token; null: one that rma creates, where one is needed */
  readonly token: string | null;
  /** certificate and its key, PEM; null: those that rma creates, where TLS is needed */
  readonly tls: { readonly certificate: string; readonly key: string } | null;
}

export interface ServeSecretsRequest {
  readonly config: Pick<RmaConfig, 'stateDir'>;
  readonly files: ServeFiles;
  readonly needs: { readonly token: boolean; readonly tls: boolean };
  readonly certificates: Certificates;
  /** host names and addresses of this machine */
  readonly names: readonly string[];
}

export interface ServeSecrets {
  readonly token: { readonly value: string; readonly file: string } | null;
  readonly tls: (KeyPair & { readonly fingerprint: string }) | null;
}

/**
 * Returns the token and the certificate of a served store. Those that rma creates are kept in the state directory, for the
 * user only, so that the next server has the same.
 * @throws RmaError RMA_SERVE_TOKEN, RMA_SERVE_CERTIFICATE (2), RMA_FILE_UNWRITABLE (3)
 */
export async function serveSecrets(
  host: Pick<Host, 'files'>,
  invocation: Pick<Invocation, 'randomKey' | 'clock'>,
  request: ServeSecretsRequest,
): Promise<ServeSecrets> {
  const { files, needs } = request;
  const folder = `${request.config.stateDir}/serve`;
  return {
    token:
      needs.token || files.token !== null
        ? await tokenOf(host, invocation, { folder, file: files.token })
        : null,
    tls: needs.tls || files.tls !== null ? await keyPairOf(host, invocation, { ...request, folder }) : null,
  };
}

async function tokenOf(
  host: Pick<Host, 'files'>,
  { randomKey }: Pick<Invocation, 'randomKey'>,
  { folder, file: given }: { readonly folder: string; readonly file: string | null },
): Promise<NonNullable<ServeSecrets['token']>> {
  const file = given ?? `${folder}/token`;
  const text = await host.files.read(file);
  if (text === null && given === null) {
    const value = randomKey();
    await writePrivate(host, file, `${value}\n`);
    return { value, file };
  }
  const value = text === null ? null : parsePeerToken(text);
  if (value !== null) return { value, file };
  throw new RmaError('RMA_SERVE_TOKEN', `the token file ${file} is missing, or contains no token`, {
    exitCode: EXIT.usage,
    hint: `write a token of 16 to 512 letters and digits to it: openssl rand -hex 32 > ${file}`,
  });
}

async function keyPairOf(
  host: Pick<Host, 'files'>,
  { clock }: Pick<Invocation, 'clock'>,
  { folder, files, certificates, names }: ServeSecretsRequest & { readonly folder: string },
): Promise<NonNullable<ServeSecrets['tls']>> {
  const paths = files.tls ?? { certificate: `${folder}/cert.pem`, key: `${folder}/key.pem` };
  const certificate = await host.files.read(paths.certificate);
  const key = await host.files.read(paths.key);
  const known = certificate === null || key === null ? null : { certificate, key };
  const facts = known === null ? null : certificates.inspect(known);
  if (known !== null && facts !== null) return { ...known, ...facts };
  if (files.tls !== null) {
    throw new RmaError(
      'RMA_SERVE_CERTIFICATE',
      `${paths.certificate} and ${paths.key} are not a certificate and its private key`,
      { exitCode: EXIT.usage, hint: 'pass PEM files without a passphrase: --cert FILE --key FILE' },
    );
  }
  const made = certificates.create({ names, nowMs: clock.now() });
  // the key last: a certificate without its key is replaced
  await writePrivate(host, paths.certificate, made.certificate);
  await writePrivate(host, paths.key, made.key);
  return { ...made, fingerprint: certificates.inspect(made)?.fingerprint ?? '' };
}

async function writePrivate({ files }: Pick<Host, 'files'>, path: string, text: string): Promise<void> {
  await files.createDirectory(path.slice(0, path.lastIndexOf('/')), 0o700);
  await files.write(path, text, 0o600);
}
