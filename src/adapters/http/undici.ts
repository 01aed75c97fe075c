import { Agent, ProxyAgent, request } from 'undici';

/** The parts of undici in use. A module of its own, because a bundled lazy import of the package loses its export names. */
export const undici = { Agent, ProxyAgent, request };
