/** Returns the addresses of a setting or variable: several are separated by commas, in order of preference. */
export function endpointList(text: string): readonly string[] {
  const items = text.split(',').map((item) => item.trim().replace(/\/+$/, ''));
  return [...new Set(items.filter((item) => item !== ''))];
}

/** Returns the text of several addresses, as `endpointList` reads it. */
export function formatEndpoints(endpoints: readonly string[]): string {
  return [...new Set(endpoints)].join(',');
}

/**
 * Returns the one address of a list that the token of a hub belongs to: the hub itself if it is in the list, else the first,
 * which the user chose instead of the hub.
 */
export function tokenOwner(endpoints: readonly string[], hub: string): string | null {
  const own = endpoints.find((endpoint) => originOf(endpoint) === originOf(hub));
  return own ?? endpoints[0] ?? null;
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}
