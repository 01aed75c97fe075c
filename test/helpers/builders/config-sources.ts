import type { ConfigSources } from '../../../src/core/config/config-sources.ts';
import { NOTHING_RECORDED } from '../../../src/core/config/recorded-project.ts';

/** Sources without any setting. */
export const base: ConfigSources = {
  file: null,
  flags: new Map(),
  env: {},
  cwd: '/home/me/here',
  home: '/home/me',
  profilesDir: null,
  enginesDir: null,
  hfAuthFile: null,
  recorded: NOTHING_RECORDED,
};

/** Sources with an rma.yaml with this content. */
export const withFile = (text: string, dir = '/srv/My Demo'): ConfigSources => ({
  ...base,
  file: { text, name: 'rma.yaml', dir },
});

/** Options given, by key of the setting. */
export const flags = (entries: Readonly<Record<string, readonly string[]>>): ConfigSources['flags'] =>
  new Map(Object.entries(entries));
