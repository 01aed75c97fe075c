import { Agent, buildConnector } from 'undici';

/** The parts of undici in use. A module of its own, because a bundled lazy import of the package loses its export names. */
export const undici = { Agent, buildConnector };

export type Undici = typeof undici;
export type Connector = buildConnector.connector;
export type ConnectorTarget = buildConnector.Options;
