import { createTheme, type Theme } from '../../../src/cli/render/theme.ts';
import { FakeTerminal } from './fake-terminal.ts';

/** Returns a theme without colors, with all symbols, on a terminal of unlimited width. */
export function theme(change: Partial<Theme> = {}): Theme {
  return {
    ...createTheme(new FakeTerminal(), { LANG: 'C.UTF-8' }, { color: 'never' }),
    columns: null,
    ...change,
  };
}
