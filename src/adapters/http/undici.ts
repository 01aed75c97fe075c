import { Agent, ProxyAgent, request } from 'undici';

/** The parts of undici in use, in a module of our own: bundled, a lazy import of the package itself loses its names. */
export const undici = { Agent, ProxyAgent, request };
