import { listSetting, scalarSetting } from './setting.ts';
import {
  parseConnections,
  parseDistribute,
  parseDownloadWindow,
  parsePath,
  parsePeerAddress,
  parseRate,
  parseSwitch,
} from './value-parsers.ts';

/** Default number of connections to one host: as many small files are fetched at once. */
export const CONNECTIONS = 32;

/** Settings for the way to hubs. */
export const NETWORK_SETTINGS = {
  distribute: scalarSetting({
    key: 'models.distribute',
    flags: null,
    env: [],
    form: 'text',
    description:
      'how several hosts get models: `hub` (each downloads), `lan` (one downloads and serves the others) or `nfs` (they share a store)',
    example: 'hub',
    fallback: null,
    fallbackText: '`hub`',
    parse: parseDistribute,
  }),
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
  maxRate: scalarSetting({
    key: 'network.max_rate',
    flags: '--max-rate <SIZE>',
    env: ['RMA_MAX_RATE'],
    form: 'text',
    description: 'total rate of the downloads of a command or a worker, per second',
    example: '50MiB',
    fallback: null,
    fallbackText: 'no limit',
    parse: parseRate,
  }),
  connections: scalarSetting({
    key: 'network.connections',
    flags: '--connections <N>',
    env: ['RMA_CONNECTIONS'],
    form: 'integer',
    description: 'connections to one host at the same time, at most 16 of them for one file',
    example: String(CONNECTIONS),
    fallback: CONNECTIONS,
    fallbackText: `\`${CONNECTIONS}\``,
    parse: parseConnections,
  }),
  window: scalarSetting({
    key: 'network.window',
    flags: '--window <TIMES>',
    env: ['RMA_WINDOW'],
    form: 'text',
    description: 'times of day between which downloads run, in the time zone of this machine; or `always`',
    example: '22:00-06:00',
    fallback: null,
    fallbackText: '`always`',
    parse: parseDownloadWindow,
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
  peers: listSetting({
    key: 'network.peers',
    flags: '--from <HOST[:PORT]>',
    env: ['RMA_PEERS'],
    join: 'first',
    description:
      'machines that run `rma models serve`, tried before the hubs, or where the `sources` of a model have `lan`; `HOST[:PORT]` or `HOST[:PORT]#SHA256:FINGERPRINT`',
    example: '[box1:7701]',
    fallbackText: 'none',
    parse: parsePeerAddress,
  }),
  peerTokenFile: scalarSetting({
    key: 'network.peer_token_file',
    flags: '--peer-token-file <FILE>',
    env: ['RMA_PEER_TOKEN_FILE'],
    form: 'text',
    description: 'file with the token for the machines in `network.peers`',
    example: '~/peer-token',
    fallback: null,
    fallbackText: 'none',
    parse: parsePath,
  }),
} as const;
