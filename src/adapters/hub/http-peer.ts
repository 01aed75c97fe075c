import type { ModelRef } from '../../core/domain/model-ref.ts';
import type { Digest, PinnedModel } from '../../core/domain/pinned-model.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { TokenWays } from '../../core/hub/hub-refusal.ts';
import { type PeerAddress, parsePeer, peerName } from '../../core/network/peer-address.ts';
import { shell } from '../../core/shell-quote.ts';
import { parseRecord } from '../../core/source/model-record.ts';
import { formatModelRef } from '../../core/source/parse-ref.ts';
import { sourceOf } from '../../core/source/sources.ts';
import type { HttpClient } from '../../ports/http-client.ts';
import type { FileLocation } from '../../ports/model-source.ts';
import type { PeerStore } from '../../ports/peer-store.ts';
import type { Transfer } from '../../ports/transfer.ts';

/** What reaches one machine. */
export interface PeerConnection {
  readonly http: HttpClient;
  readonly transfer: Transfer;
}

/** Returns the machines with these addresses; what is no address is left out. Connects to nothing. */
export function httpPeers(
  addresses: readonly string[],
  {
    token,
    connect,
  }: Pick<PeerParts, 'token'> & { readonly connect: (address: PeerAddress) => PeerConnection },
): readonly PeerStore[] {
  return addresses.flatMap((text) => {
    const address = parsePeer(text);
    return address === null ? [] : [new HttpPeer({ address, token, ...connect(address) })];
  });
}

export interface PeerParts extends PeerConnection {
  readonly address: PeerAddress;
  /** returns the token when it is needed; null: requests are anonymous. @throws RmaError RMA_PEER_TOKEN (2) */
  readonly token: () => string | null;
}

/** Times for a machine in the same network, ms, and its attempts: another source may follow. */
export const PEER_TIMES = { connectMs: 5_000, pauseMs: 100, attempts: 2 } as const;

const TOKEN_WAYS: TokenWays = {
  give: '--peer-token-file FILE',
  check: 'pass the token that `rma models serve` stores there: --peer-token-file FILE',
};

/** A machine that runs `rma models serve` (docs/serve.md). */
export class HttpPeer implements PeerStore {
  readonly name: string;
  readonly transfer: Transfer;
  readonly #parts: PeerParts;

  constructor(parts: PeerParts) {
    this.name = peerName(parts.address);
    this.transfer = parts.transfer;
    this.#parts = parts;
  }

  async resolve(ref: ModelRef, signal?: AbortSignal): Promise<PinnedModel | null> {
    const { address, http } = this.#parts;
    const response = http.read({
      method: 'GET',
      url: `${address.url}/v1/models?ref=${encodeURIComponent(formatModelRef(ref))}`,
      authorization: this.#authorization(),
      ...(signal === undefined ? {} : { signal }),
    });
    const { status, text } = await response.catch((error: unknown) => {
      throw this.#withPinHint(error);
    });
    if (status === 404 && text.includes('RMA_SERVE_MODEL')) return null;
    if (status === 401 || status === 403) throw this.#denied(status, text);
    const record = status === 200 ? parseRecord(text, ref) : null;
    const fault = record === null ? null : (sourceOf(record.model).fault?.(record.model) ?? null);
    if (record !== null && fault === null) return record.model;
    if (fault !== null) {
      throw new RmaError(
        'RMA_HUB_BAD_ANSWER',
        `${this.name} sent a wrong list of files for ${formatModelRef(ref)}: ${fault}`,
        { hint: 'check the store on that machine: rma models verify' },
      );
    }
    throw new RmaError('RMA_HUB_BAD_ANSWER', `unexpected response from ${this.name} (HTTP ${status})`, {
      hint: 'check that `rma models serve` runs at this address and port',
    });
  }

  locate({ algorithm, hex }: Digest): FileLocation {
    const url = `${this.#parts.address.url}/v1/content/${algorithm}/${hex}`;
    return { url, authorization: this.#authorization(), tokenWays: TOKEN_WAYS };
  }

  #authorization(): string | null {
    const token = this.#parts.token();
    return token === null ? null : `Bearer ${token}`;
  }

  #withPinHint(error: unknown): unknown {
    if (!(error instanceof RmaError) || error.code !== 'RMA_HUB_UNTRUSTED_CERTIFICATE') return error;
    const from = `${this.name}#SHA256:FINGERPRINT`;
    return new RmaError('RMA_HUB_UNTRUSTED_CERTIFICATE', error.message, {
      hint: `add the fingerprint that \`rma models serve\` prints there: ${shell`--from ${from}`}; or its CA: --ca-file FILE`,
    });
  }

  #denied(status: number, text: string): RmaError {
    const { token, address } = this.#parts;
    if (text.includes('RMA_SERVE_HOST')) {
      return new RmaError('RMA_PEER_DENIED', `${this.name} serves its own machine only (HTTP 403)`, {
        exitCode: EXIT.denied,
        hint: 'start it there with an address of the network: rma models serve --listen 0.0.0.0',
        details: { status },
      });
    }
    const what = token() === null ? `${this.name} requires a token` : `${this.name} rejected the token`;
    return new RmaError('RMA_PEER_DENIED', `${what} (HTTP ${status})`, {
      exitCode: EXIT.denied,
      hint: TOKEN_WAYS.check,
      details: { status, url: address.url },
    });
  }
}
