import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../src/core/config/resolve-config.ts';
import { originText } from '../../../src/core/config/show-config.ts';
import { base, flags, withFile } from '../../helpers/builders/config-sources.ts';

describe('[case S07] the name of a project', () => {
  const recorded = { project: 'my-demo', settings: {} };
  it('is the recorded one after its directory was renamed', () => {
    const { config, origins } = resolveConfig({ ...withFile('', '/srv/renamed'), recorded });
    expect(originText(origins['project'] ?? { from: 'default' })).toBe(
      'name of the directory of an earlier rma up',
    );
    expect([config.project, config.stateDir]).toEqual(['my-demo', '/srv/renamed/.rma']);
  });

  it.each([
    ['rma.yaml', { ...withFile('project: other', '/srv/renamed'), recorded }],
    ['the option', { ...withFile('', '/srv/x'), flags: flags({ project: ['other'] }), recorded }],
    ['the variable', { ...withFile('', '/srv/x'), env: { RMA_PROJECT: 'other' }, recorded }],
  ])('is that of %s before the recorded one', (_name, sources) => {
    expect(resolveConfig(sources).config.project).toBe('other');
  });

  it('is rma without an rma.yaml', () => {
    expect(resolveConfig({ ...base, recorded }).config.project).toBe('rma');
  });
});

describe('[case S08] options that decide where the data is', () => {
  const given = flags({
    'volumes.store': ['host:models'],
    'volumes.cache': ['named:fast'],
    'volumes.nfs_options': ['hard,ro'],
    owner: ['5:6'],
  });

  it('are recorded, with absolute paths', () => {
    expect(resolveConfig({ ...base, flags: given }).config.toRecord).toEqual({
      'volumes.store': 'host:/home/me/here/models',
      'volumes.cache': 'named:fast',
      'volumes.nfs_options': 'hard,ro',
      owner: '5:6',
    });
  });

  it('hold for later commands, and are recorded again', () => {
    const { config: first } = resolveConfig({ ...base, flags: given });
    const recorded = { project: null, settings: first.toRecord };
    const { config, origins } = resolveConfig({ ...base, cwd: '/elsewhere', recorded });
    expect(config.volumes).toEqual(first.volumes);
    expect([config.owner, config.nfsOptions]).toEqual([first.owner, first.nfsOptions]);
    expect(config.toRecord).toEqual(first.toRecord);
    expect(origins['volumes.store']).toEqual({ from: 'recorded', name: '--volume' });
  });

  it.each([
    ['another option', { ...base, flags: flags({ 'volumes.store': ['named:other'] }) }, 'named:other'],
    ['the variable', { ...base, env: { RMA_VOLUME: 'named:other' } }, undefined],
    ['rma.yaml', withFile('volumes: { store: named:other }'), undefined],
  ])('yield to %s', (_name, sources, toRecord) => {
    const recorded = { project: null, settings: { 'volumes.store': 'named:old' } };
    const { config } = resolveConfig({ ...sources, recorded });
    expect(config.volumes.store).toEqual({ type: 'named', name: 'other' });
    expect(config.toRecord['volumes.store']).toBe(toRecord);
  });

  it('that can no longer be read count as absent', () => {
    const recorded = { project: null, settings: { 'volumes.store': 'zip:old' } };
    expect(resolveConfig({ ...base, recorded }).config.volumes.store).toEqual({
      type: 'named',
      name: 'rma-models',
    });
  });
});
