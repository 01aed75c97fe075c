import { describe, expect, it } from 'vitest';
import { checkCompose, checkEngine, isOlder } from '../../../src/core/docker/check-versions.ts';

describe('isOlder', () => {
  it.each([
    ['20.10.24+dfsg1', '25.0', true],
    ['24.0.9', '25.0', true],
    ['25.0.0-rc.1', '25.0', false],
    ['28.5.2+dfsg2', '25.0', false],
    ['2.40.3-4', '2.24', false],
    ['1.29.2', '2.24', true],
    ['v2.9.0', '2.24', true],
  ])('%s against %s: %s', (version, than, older) => {
    expect(isOlder(version, than)).toBe(older);
  });
});

describe('the version check', () => {
  it('rejects the engine of Debian 12 with the found and the required version', () => {
    expect(() => checkEngine('20.10.24+dfsg1')).toThrow(
      expect.objectContaining({
        code: 'RMA_DOCKER_TOO_OLD',
        exitCode: 3,
        message: expect.stringMatching(/20\.10\.24.*25\.0/),
      }),
    );
  });

  it('rejects an old Compose plugin', () => {
    expect(() => checkCompose('2.17.2')).toThrow(
      expect.objectContaining({ code: 'RMA_COMPOSE_TOO_OLD', exitCode: 3 }),
    );
  });
});
