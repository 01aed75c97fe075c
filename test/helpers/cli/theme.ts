import { createTheme, type Theme } from '../../../src/cli/render/theme.ts';
import { FakeTerminal } from './fake-terminal.ts';

/** A theme without colours, with all signs, on a terminal of any width. */
export function theme(change: Partial<Theme> = {}): Theme {
  return {
    ...createTheme(new FakeTerminal(), { LANG: 'C.UTF-8' }, { color: 'never' }),
    columns: null,
    ...change,
  };
}
