/** A file with certificates, and the variable or setting that names it. */
export interface CaFile {
  readonly path: string;
  readonly origin: string;
}

/** The variables with which Node.js, OpenSSL, Python and curl name such a file. */
const CA_VARIABLES = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'];

/** Returns the files with certificates to trust: that of the setting and those of all variables. */
export function caFiles(
  setting: string | null,
  environment: Readonly<Record<string, string | undefined>>,
): readonly CaFile[] {
  const named = CA_VARIABLES.flatMap((origin) => {
    const path = environment[origin] ?? '';
    return path === '' ? [] : [{ path, origin }];
  });
  return setting === null ? named : [{ path: setting, origin: 'network.ca_file' }, ...named];
}
