const SHORTEST = 'GPU-'.length + 8;

/** Shortens each identifier to the shortest length, at least that of `GPU-5f1c2a9e`, at which all of them differ. */
export function shortUuids(uuids: readonly string[]): ReadonlyMap<string, string> {
  const all = [...new Set(uuids)];
  const longest = Math.max(SHORTEST, ...all.map(({ length }) => length));
  for (let length = SHORTEST; length < longest; length += 1) {
    const cut = all.map((uuid) => cutTo(uuid, length));
    if (new Set(cut).size === all.length)
      return new Map(all.map((uuid, index) => [uuid, cut[index] ?? uuid]));
  }
  return new Map(all.map((uuid) => [uuid, uuid]));
}

/** Shortens a UUID; anything else, such as the PCI address of a lost GPU, is kept. */
function cutTo(uuid: string, length: number): string {
  return /^(GPU|MIG)-/.test(uuid) ? uuid.slice(0, length) : uuid;
}
