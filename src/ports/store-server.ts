import type { ListenAddress } from '../core/network/listen-address.ts';
import type { KeyPair } from './certificates.ts';
import type { RunningServer } from './http-server.ts';
import type { ServedModels } from './served-store.ts';

export interface ServeOptions {
  readonly listen: ListenAddress;
  /** null: plain HTTP */
  readonly tls: KeyPair | null;
  /** null: no token is needed */
  readonly token: string | null;
  /** receives one line for each request */
  readonly log: (line: string) => void;
}

/** The store in a directory of this machine, for other machines. */
export interface StoreServer {
  /** Returns what it serves. */
  models(): Promise<ServedModels>;
  /** @throws RmaError RMA_SERVE_PORT_TAKEN, RMA_SERVE_ADDRESS (3), RMA_SERVE_CERTIFICATE (2) */
  start(options: ServeOptions): Promise<RunningServer>;
}
