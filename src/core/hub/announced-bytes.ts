/** The headers of a response and of the redirects before it. */
export interface AnnouncingReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly hops: readonly { readonly headers: Readonly<Record<string, string>> }[];
}

/** Returns the size of the whole file from the response to HEAD or to a range request; null if it has none. */
export function announcedBytes(answer: AnnouncingReply): number | null {
  const range = /^bytes \d+-\d+\/(\d+)$/.exec(answer.headers['content-range'] ?? '')?.[1];
  const linked = answer.hops
    .map(({ headers }) => headers['x-linked-size'])
    .find((size) => size !== undefined);
  const text = range ?? linked ?? (answer.status === 200 ? answer.headers['content-length'] : undefined);
  const bytes = text !== undefined && /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(bytes) ? bytes : null;
}
