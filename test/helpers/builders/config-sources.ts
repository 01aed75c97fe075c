import type { ConfigSources } from '../../../src/core/config/config-sources.ts';

/** Nothing set anywhere. */
export const base: ConfigSources = {
  file: null,
  flags: new Map(),
  env: {},
  cwd: '/home/me/here',
  home: '/home/me',
  profilesDir: null,
  enginesDir: null,
  hfAuthFile: null,
};

/** An rma.yaml with this text. */
export const withFile = (text: string, dir = '/srv/My Demo'): ConfigSources => ({
  ...base,
  file: { text, name: 'rma.yaml', dir },
});

/** Options given, by key of the setting. */
export const flags = (entries: Readonly<Record<string, readonly string[]>>): ConfigSources['flags'] =>
  new Map(Object.entries(entries));
