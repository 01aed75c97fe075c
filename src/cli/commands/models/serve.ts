import { parseListenAddress } from '../../../core/network/listen-address.ts';
import { defineCommand } from '../../define-command.ts';
import { STORE_SETTINGS } from '../../main-settings.ts';
import { parsedOption, textOption } from '../../option.ts';

export const modelsServeCommand = defineCommand({
  path: 'models serve',
  group: 'Models',
  summary: 'Serve the store to other machines, read-only',
  description:
    'Serves verified models until Ctrl-C; other machines download them with `rma models pull --from`. ' +
    'On 127.0.0.1 a directory is served over HTTP without a token. Any other address requires a token and TLS: ' +
    'rma creates both, and prints the path of the token file and the fingerprint of the certificate. -v prints each request.',
  examples: [
    { command: 'rma models serve --listen 0.0.0.0', does: 'serve the store volume to the network' },
    { command: 'rma models serve --dest /data/models', does: 'serve a local directory to this machine' },
    {
      command: 'rma models pull ollama:llava:7b --from box1:7701',
      does: 'download from another machine',
    },
  ],
  arguments: {},
  options: {
    listen: parsedOption('--listen <ADDRESS[:PORT]>', 'address to listen on (default 127.0.0.1:7701)', {
      parse: parseListenAddress,
      expected: 'an IP address with an optional port, such as 0.0.0.0:7701',
      fallback: { host: '127.0.0.1', port: 7701 },
    }),
    dest: textOption('--dest <DIR>', 'use a local directory as the store, without Docker'),
    tokenFile: textOption('--serve-token-file <FILE>', 'file with the token that clients must send'),
    cert: textOption('--cert <FILE>', 'certificate (PEM) to use instead of a self-signed one'),
    key: textOption('--key <FILE>', 'private key of the certificate (PEM)'),
  },
  settings: true,
  mainSettings: STORE_SETTINGS,
  list: false,
  hosts: 'one',
  load: async () => (await import('./serve-handler.ts')).serveStore,
});
