/** Returns the name and version of a distribution from the text of its os-release file: `PRETTY_NAME`; null without one. */
export function osName(osRelease: string): string | null {
  const value = /^PRETTY_NAME=(.*)$/m.exec(osRelease)?.[1]?.trim() ?? '';
  const unquoted = /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
  return unquoted.replaceAll(/\\([\\"'$`])/g, '$1') || null;
}
