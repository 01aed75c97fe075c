/** An entry of a file with hashes. */
interface Entry {
  readonly hex: string;
  /** last part of its path; null for a hash alone */
  readonly name: string | null;
}

/** Lines with a hash: of sha256sum, `sha256sum --tag` and openssl, Get-FileHash, OCI digests, and a name before its hash. */
const FORMS: readonly RegExp[] = [
  /^\\?(?<hex>[0-9a-f]{64})(?:\s+\*?(?<name>\S.*))?$/i,
  /^SHA(?:2-)?256\s*\((?<name>.+)\)\s*=\s*(?<hex>[0-9a-f]{64})$/i,
  /^SHA256\s+(?<hex>[0-9a-f]{64})\s+(?<name>\S.*)$/i,
  /^sha256[:=](?<hex>[0-9a-f]{64})(?:\s+\*?(?<name>\S.*))?$/i,
  /^(?<name>\S.*?)\s*[:=\s]\s*(?:sha256:)?(?<hex>[0-9a-f]{64})$/i,
];

/**
 * Returns the sha256 of a file that a list such as SHA256SUMS has for its name, whatever its directory; null if it has
 * none, or several.
 */
export function listedHash(text: string, file: string): string | null {
  return only(entriesOf(text).filter(({ name }) => name === file));
}

/** Returns the sha256 in a file of its own next to the file (`FILE.sha256`): its only one, else that for the name of the file. */
export function ownHash(text: string, file: string): string | null {
  const entries = entriesOf(text);
  return only(entries.length === 1 ? entries : entries.filter(({ name }) => name === file));
}

function entriesOf(text: string): readonly Entry[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  return lines.flatMap((line) => {
    const match = FORMS.map((form) => form.exec(line.trim())).find((found) => found !== null);
    const { hex, name } = match?.groups ?? {};
    if (hex === undefined) return [];
    return [{ hex: hex.toLowerCase(), name: name?.replace(/^.*[/\\]/, '').trim() ?? null }];
  });
}

function only(entries: readonly Entry[]): string | null {
  const [hex, ...others] = new Set(entries.map((entry) => entry.hex));
  return hex === undefined || others.length > 0 ? null : hex;
}
