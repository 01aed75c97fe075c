import { resolve } from 'node:path';
import { type ServedAddress, serveModels } from '../../../app/models/serve-models.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import type { ListenAddress } from '../../../core/network/listen-address.ts';
import { formatFingerprint } from '../../../core/network/peer-address.ts';
import { shell } from '../../../core/shell-quote.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';

/** Number of references to print; more would scroll the address off a terminal. */
const MAX_LISTED = 10;

interface ServeInput {
  readonly listen: ListenAddress;
  readonly dest: string | null;
  readonly tokenFile: string | null;
  readonly cert: string | null;
  readonly key: string | null;
}

/** Serves the store until a signal. @throws RmaError as serveModels; RMA_USAGE_INVALID (2) */
export async function serveStore(input: ServeInput, context: Context): Promise<CommandResult> {
  const { dest, listen, tokenFile } = input;
  const { config, origins } = await context.config();
  if (tokenFile === null && origins['hub.token_file']?.from === 'flag') reportHubToken(context);
  const absolute = (path: string) => resolve(context.cwd, path);
  const serving = await context.serving();
  context.follows();
  let served: object | null = null;
  await serveModels(await context.host(), await context.invocation(), {
    config,
    server: dest === null ? null : { ...serving.open(absolute(dest)), folder: absolute(dest) },
    listen,
    files: { token: tokenFile === null ? null : absolute(tokenFile), tls: tlsFiles(input, absolute) },
    certificates: serving.certificates,
    names: serving.names,
    onReady: (address) => {
      served = { ...address, models: address.references.length };
      if (address.references.length === 0) reportEmpty(context);
      for (const text of linesOf(address)) {
        context.reporter.emit({ type: 'step', id: 'serve', state: 'done', text });
      }
    },
  });
  return { json: { schema: 'rma.models-serve/v1', served }, human: () => '' };
}

/** `--token-file` is a setting for all commands, and easily taken for the token of the server. */
function reportHubToken({ reporter }: Context): void {
  reporter.emit({
    type: 'warning',
    code: 'RMA_SERVE_HUB_TOKEN',
    text: '--token-file sets the token for the Hugging Face hub, which the server does not use',
    hint: 'to set the token of the server: --serve-token-file FILE',
  });
}

function reportEmpty({ reporter }: Context): void {
  reporter.emit({
    type: 'warning',
    code: 'RMA_SERVE_EMPTY',
    text: 'the store has no complete and verified model to serve',
    hint: 'download one: rma models pull MODEL',
  });
}

function tlsFiles({ cert, key }: ServeInput, absolute: (path: string) => string) {
  if (cert === null && key === null) return null;
  if (cert !== null && key !== null) return { certificate: absolute(cert), key: absolute(key) };
  throw new RmaError('RMA_USAGE_INVALID', '--cert and --key must be used together', {
    exitCode: EXIT.usage,
    hint: 'pass both, or neither for a self-signed certificate',
  });
}

function linesOf({ url, fingerprint, tokenFile, references, bytes }: ServedAddress): readonly string[] {
  const { length, 0: first = '' } = references;
  const count = length === 1 ? '1 model' : `${length} models`;
  const more = length - MAX_LISTED;
  const model = length === 1 ? shell`${first}` : 'MODEL';
  const from = `${url.replace(/^https?:\/\//, '')}${fingerprint === null ? '' : `#${formatFingerprint(fingerprint)}`}`;
  const token = tokenFile === null ? '' : ' --peer-token-file FILE';
  return [
    `serving ${count} (${formatBytes(bytes)}) on ${url}`,
    ...references.slice(0, MAX_LISTED).map((reference) => `model: ${reference}`),
    ...(more > 0 ? [`and ${more} more`] : []),
    ...(tokenFile === null ? [] : [`token: ${tokenFile}`]),
    ...(fingerprint === null ? [] : [`fingerprint: ${formatFingerprint(fingerprint)}`]),
    `to download: rma models pull ${model} ${shell`--from ${from}`}${token}`,
  ];
}
