/** Returns a wait that a hub requested as text, in one line. */
export function waitText({
  host,
  status,
  ms,
}: {
  readonly host: string;
  readonly status: number;
  readonly ms: number;
}): string {
  const cause = status === 429 ? 'limits the request rate' : 'is unavailable';
  return `${host} ${cause} (HTTP ${status}); retrying in ${Math.ceil(ms / 1000)} s`;
}
