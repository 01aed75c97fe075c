import { createHmac } from 'node:crypto';

const LIFETIME_MS = 3_600_000;

/** Signs unique URLs and counts their uses. */
export class UrlSigner {
  readonly #uses = new Map<string, number>();
  #lastId = 0;

  /** Returns the query to append to a path; valid for an hour. */
  sign(path: string): string {
    this.#lastId += 1;
    const id = `K${this.#lastId}`;
    const expires = String(Math.floor((Date.now() + LIFETIME_MS) / 1000));
    const signed = { Expires: expires, Signature: signature(path, id, expires), 'Key-Pair-Id': id };
    return new URLSearchParams(signed).toString();
  }

  /** Counts a use of a URL, from 1; undefined if it is forged or expired. */
  use(path: string, query: URLSearchParams): number | undefined {
    const id = query.get('Key-Pair-Id') ?? '';
    const expires = query.get('Expires') ?? '';
    if (query.get('Signature') !== signature(path, id, expires)) return undefined;
    if (Number(expires) * 1000 < Date.now()) return undefined;
    const uses = (this.#uses.get(id) ?? 0) + 1;
    this.#uses.set(id, uses);
    return uses;
  }
}

function signature(path: string, id: string, expires: string): string {
  return createHmac('sha256', 'test hub').update(`${path}\n${id}\n${expires}`).digest('hex');
}
