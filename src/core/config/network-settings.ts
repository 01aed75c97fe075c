import { scalarSetting } from './setting.ts';
import { parsePath, parseSwitch } from './value-parsers.ts';

/** Settings for the way to hubs. */
export const NETWORK_SETTINGS = {
  caFile: scalarSetting({
    key: 'network.ca_file',
    flags: '--ca-file <FILE>',
    env: ['RMA_CA_FILE'],
    form: 'text',
    description: 'file with CA certificates (PEM) to trust for hubs and proxies, here and in the containers',
    example: './company-ca.pem',
    fallback: null,
    fallbackText:
      'none; `NODE_EXTRA_CA_CERTS`, `SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE` and `CURL_CA_BUNDLE` are trusted too',
    parse: parsePath,
  }),
  offline: scalarSetting({
    key: 'network.offline',
    flags: '--offline',
    env: ['RMA_OFFLINE', 'HF_HUB_OFFLINE'],
    form: 'switch',
    description: 'contact no hub and no registry: use the models in the store, and fail if any are missing',
    example: 'false',
    fallback: false,
    fallbackText: '`false`; the store is also used when a hub is unreachable',
    parse: parseSwitch,
  }),
} as const;
