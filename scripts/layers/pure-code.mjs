// Finds what makes code depend on more than its input: clock, randomness, environment, network, timers, locale.
import ts from 'typescript';

/** Names that pure code must not use, not even for a variable of its own. */
const FORBIDDEN = new Set([
  'Bun',
  'BroadcastChannel',
  'Deno',
  'EventSource',
  'Function',
  'WebSocket',
  'Worker',
  'XMLHttpRequest',
  'clearImmediate',
  'clearInterval',
  'clearTimeout',
  'console',
  'crypto',
  'eval',
  'fetch',
  'global',
  'globalThis',
  'localStorage',
  'navigator',
  'performance',
  'process',
  'queueMicrotask',
  'require',
  'sessionStorage',
  'setImmediate',
  'setInterval',
  'setTimeout',
]);

/** Objects of which only some members are pure; any other use, such as an alias, is a fault too. */
const MEMBERS = new Map([
  ['AbortSignal', (member) => member === 'any' || member === 'abort'],
  ['Date', (member) => member === 'parse' || member === 'UTC'],
  ['Intl', () => false],
  ['Math', (member) => member !== 'random'],
]);

/** Methods whose result depends on the locale or the time zone of the machine. */
const LOCAL =
  /^(toLocale\w*|getTimezoneOffset|to(Date|Time)String|[gs]et(Date|Day|FullYear|Hours|Minutes|Month))$/;

/** What may be imported from modules that also hold impure functions. */
const IMPORTS = new Map([['node:crypto', new Set(['createHash', 'createHmac', 'timingSafeEqual'])]]);

/** Returns the impure uses in one TypeScript file as `{ line, name }`, in the order of the text. Type annotations do not count. */
export function impureUses(fileName, text) {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const report = (node, name) => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    found.push({ line: line + 1, name });
  };
  const visit = (node) => {
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return;
    const name = impurity(node);
    if (name !== null) report(node, name);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function impurity(node) {
  if (ts.isMetaProperty(node))
    return node.keywordToken === ts.SyntaxKind.ImportKeyword ? 'import.meta' : null;
  if (ts.isImportDeclaration(node)) return impureImport(node);
  if (!ts.isIdentifier(node)) return null;
  if (isMemberName(node)) return isLocal(node) ? node.text : null;
  if (FORBIDDEN.has(node.text)) return node.text;
  const isPure = MEMBERS.get(node.text);
  return isPure === undefined ? null : impureMember(node, isPure);
}

function isLocal(node) {
  if (!ts.isPropertyAccessExpression(node.parent)) return false;
  if (node.text !== 'localeCompare') return LOCAL.test(node.text);
  const call = node.parent.parent;
  return !ts.isCallExpression(call) || call.arguments.length < 2;
}

function impureMember(node, isPure) {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.expression === node) {
    return isPure(parent.name.text) ? null : `${node.text}.${parent.name.text}`;
  }
  if (ts.isNewExpression(parent) && parent.expression === node) {
    return node.text === 'Date' && (parent.arguments?.length ?? 0) > 0 ? null : `new ${node.text}()`;
  }
  return node.text;
}

function impureImport({ moduleSpecifier, importClause }) {
  const allowed = IMPORTS.get(moduleSpecifier.text.replace(/^(?!node:)/, 'node:'));
  if (allowed === undefined || importClause === undefined) return null;
  const bindings = importClause.namedBindings;
  if (bindings === undefined || !ts.isNamedImports(bindings)) return `all of ${moduleSpecifier.text}`;
  const names = bindings.elements.map((element) => (element.propertyName ?? element.name).text);
  return names.find((name) => !allowed.has(name)) ?? null;
}

/** Whether the identifier names a member of something (`x.fetch`, `{ fetch: 1 }`, `fetch() {}` in a class), not a variable. */
function isMemberName(node) {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  const isNamed =
    ts.isPropertyAssignment(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isGetAccessorDeclaration(parent) ||
    ts.isSetAccessorDeclaration(parent);
  if (isNamed) return parent.name === node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  return ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent) ? parent.propertyName === node : false;
}
