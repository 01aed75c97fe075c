/** Whether a host name (as `URL.hostname` gives it) is this machine: plain http is fine there. Containers know their host as host.docker.internal. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname === 'host.docker.internal' ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname) ||
    /^\[::ffff:7f[0-9a-f]{2}:/.test(hostname)
  );
}

/** Addresses at which clouds serve their metadata and secrets, and the unspecified address. */
export function isLinkLocal(hostname: string): boolean {
  return (
    /^169\.254\./.test(hostname) ||
    /^\[fe[89ab][0-9a-f]:/.test(hostname) ||
    /^\[::ffff:a9fe:/.test(hostname) ||
    ['0.0.0.0', '[::]', 'metadata.google.internal'].includes(hostname)
  );
}
