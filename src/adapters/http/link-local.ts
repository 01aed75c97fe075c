/** Returns true for addresses at which clouds serve metadata and secrets, and for the unspecified address. `hostname` as `URL` gives it. */
export function isLinkLocal(hostname: string): boolean {
  return (
    /^169\.254\./.test(hostname) ||
    /^\[fe[89ab][0-9a-f]:/.test(hostname) ||
    /^\[::ffff:a9fe:/.test(hostname) ||
    ['0.0.0.0', '[::]', 'metadata.google.internal'].includes(hostname)
  );
}
