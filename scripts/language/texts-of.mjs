// Returns the texts of a file that users read, each with the line that it starts in.
import ts from 'typescript';

/** Texts of a TypeScript file are its strings; every other file is one text. */
export function textsOf(file, content) {
  return file.endsWith('.ts') ? stringsOf(file, content) : [{ text: prose(content), line: 1 }];
}

/** A string without a space is a value, such as a key or a state, not a text. */
function stringsOf(file, content) {
  const source = ts.createSourceFile(file, content, ts.ScriptTarget.Latest, true);
  const texts = [];
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (isText(node) && /\s/.test(node.text)) {
      // as written, so that lines count; an escaped line break is white space
      const text = node.getText(source).replaceAll(/\\[nrt]/g, '  ');
      texts.push({ text, line: lineOf(source, node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return texts;
}

function isText(node) {
  return ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
}

function lineOf(source, node) {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

/** The content without inline code, addresses and link targets, which are names and not words; lines stay. */
function prose(content) {
  return content.replaceAll(/`[^`\n]+`|\]\([^)\n]*\)|https?:\/\/\S+/g, ' ');
}
