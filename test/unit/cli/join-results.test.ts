import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../../src/cli/define-command.ts';
import { joinResults } from '../../../src/cli/hosts/join-results.ts';
import { tableData } from '../../../src/cli/render/host-tables.ts';
import type { Column } from '../../../src/cli/render/table.ts';
import { EXIT, RmaError } from '../../../src/core/errors.ts';
import { theme } from '../../helpers/cli/theme.ts';

interface Row {
  readonly name: string;
}

const COLUMNS: readonly Column<Row>[] = [{ title: 'NAME', value: ({ name }) => name.toUpperCase() }];

function listOf(...names: readonly string[]): CommandResult {
  return {
    json: { schema: 'rma.things/v1', things: names },
    human: () => (names.length === 0 ? 'No things.' : names.join(' ')),
    table: tableData(
      COLUMNS,
      names.map((name) => ({ name })),
    ),
    ids: names,
    items: names.map((name) => ({ name })),
  };
}

const ok = (host: string, value: CommandResult) => ({ host, ok: true as const, value });
const failed = (host: string, exitCode: 1 | 3, code: `RMA_${string}` = 'RMA_HOST_LOST') => ({
  host,
  ok: false as const,
  error: new RmaError(code, `${host}: lost`, { exitCode, details: { host } }),
});

describe('results of several hosts', () => {
  it('are one table with a HOST column, and one section for a host without rows', () => {
    const joined = joinResults([ok('a', listOf('x', 'y')), ok('b', listOf()), ok('c', listOf('z'))]);
    expect(joined.human(theme())).toBe(
      ['HOST   NAME', 'a      X', 'a      Y', 'c      Z', '', 'b', 'No things.'].join('\n'),
    );
    expect(joined.exitCode).toBe(EXIT.ok);
  });

  it('are one document with an entry for each host, and IDs and items that name the host', () => {
    const joined = joinResults([ok('a', listOf('x')), failed('b', 1)]);
    expect(joined.json).toEqual({
      schema: 'rma.things/v1',
      hosts: [
        { host: 'a', things: ['x'] },
        { host: 'b', error: { code: 'RMA_HOST_LOST', message: 'b: lost', exitCode: 1 } },
      ],
    });
    expect(joined.ids).toEqual(['a/x']);
    expect(joined.items).toEqual([{ host: 'a', name: 'x' }]);
  });

  it('are sections under the names of the hosts where the command prints no table', () => {
    const text = (words: string): CommandResult => ({ json: { schema: 'rma.x/v1' }, human: () => words });
    const joined = joinResults([ok('a', text('one')), ok('b', text('two'))]);
    expect(joined.human(theme())).toBe('a\none\n\nb\ntwo');
  });

  it('are one table of the main facts, above a section for each host, where the command has such a table', () => {
    const status = (...names: readonly string[]): CommandResult => {
      const { table, ...list } = listOf(...names);
      return { ...list, ...(table !== undefined && { overview: table }) };
    };
    const joined = joinResults([ok('a', status('x', 'y')), ok('b', status())]);
    expect(joined.human(theme())).toBe(
      ['HOST   NAME', 'a      X', 'a      Y', '', 'a', 'x y', '', 'b', 'No things.'].join('\n'),
    );
  });

  it('end with 8 if some failed, and with the error of the first if all did', () => {
    const part = joinResults([ok('a', listOf()), failed('b', 3)]);
    expect(part.exitCode).toBe(EXIT.partial);
    expect(part.failures?.map(({ message }) => message)).toEqual(['b: lost']);
    expect(() => joinResults([failed('a', 3), failed('b', 3)])).toThrowError(
      expect.objectContaining({ exitCode: 3, message: 'a: lost', details: { host: 'a', also: ['b: lost'] } }),
    );
    expect(() => joinResults([failed('a', 3), failed('b', 1)])).toThrowError(
      expect.objectContaining({ exitCode: EXIT.failed }),
    );
  });

  it('have the exit code that all hosts share', () => {
    const ending = (exitCode: number): CommandResult => ({ ...listOf('x'), exitCode });
    expect(joinResults([ok('a', ending(1)), ok('b', ending(1))]).exitCode).toBe(1);
    expect(joinResults([ok('a', ending(1)), ok('b', ending(0))]).exitCode).toBe(EXIT.partial);
  });

  it('leave out the hosts that do not have a service which others have', () => {
    const joined = joinResults([ok('a', listOf('x')), failed('b', 3, 'RMA_SERVICE_UNKNOWN')]);
    expect(joined.exitCode).toBe(EXIT.ok);
    expect(joined.json['hosts']).toHaveLength(1);
  });

  it('suggest a next command only if it is the same for all', () => {
    const next = (command: string): CommandResult => ({ ...listOf('x'), next: command });
    expect(joinResults([ok('a', next('rma up')), ok('b', next('rma up'))]).next).toBe('rma up');
    expect(joinResults([ok('a', next('rma up')), ok('b', next('rma status'))]).next).toBeUndefined();
  });
});
