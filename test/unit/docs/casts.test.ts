import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const TESTS = join(import.meta.dirname, '../..');

/** Returns the casts that hide missing properties: of an object literal, or by way of `unknown`. */
function castsIn(text: string): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isAsExpression(node) && isUnchecked(node)) found.push(node.getText());
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest, true));
  return found;
}

function isUnchecked({ expression, type }: ts.AsExpression): boolean {
  if (type.getText() === 'const') return false;
  const inner = ts.isParenthesizedExpression(expression) ? expression.expression : expression;
  return ts.isObjectLiteralExpression(inner) || ts.isAsExpression(inner);
}

it('finds casts of object literals and by way of unknown', () => {
  const text = 'a as const; { b: 1 } as B; ({ c: 1 }) as C; d as unknown as D; e as E; ({ f: 1 }) as const;';
  expect(castsIn(`x = [${text.replaceAll(';', ',')}]`)).toHaveLength(3);
});

it('no test casts half an object', () => {
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  expect(files.length).toBeGreaterThan(300);
  const casts = files.flatMap((file) =>
    castsIn(readFileSync(join(TESTS, file), 'utf8')).map((cast) => `${file}: ${cast}`),
  );
  expect(casts).toEqual([]);
});
