import { join, relative } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { ROOT } from './project-files.ts';

/*
 * The dead-code check sees exports, not methods: what every adapter implements and nothing calls. Here the compiler finds
 * the calls. `@later <reason>` keeps a method that has no caller yet.
 */

const PRODUCT = /^(config|queues|processors|src|bench)\//;

interface Method {
  readonly name: string;
  readonly isKept: boolean;
  isCalled: boolean;
}

function methodsOfPorts(): readonly Method[] {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(ROOT, 'tsconfig.json'),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
        throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
      },
    },
  );
  const pathOf = (file: ts.SourceFile): string => relative(ROOT, file.fileName);
  const names = config!.fileNames.filter((file) => PRODUCT.test(relative(ROOT, file)));
  const program = ts.createProgram(names, config!.options);
  const checker = program.getTypeChecker();
  const files = program.getSourceFiles().filter((file) => PRODUCT.test(pathOf(file)));

  const methods = new Map<ts.Node, Method>();
  const inPort = (node: ts.Node): void => {
    if (ts.isMethodSignature(node) && ts.isInterfaceDeclaration(node.parent)) {
      const isKept = ts.getJSDocTags(node).some(({ tagName, comment }) => tagName.text === 'later' && Boolean(comment));
      methods.set(node, { name: `${node.parent.name.text}.${node.name.getText()}`, isKept, isCalled: false });
    }
    ts.forEachChild(node, inPort);
  };
  files.filter((file) => pathOf(file).startsWith('src/ports/')).forEach(inPort);

  const called = (symbol: ts.Symbol | undefined): void => {
    const roots = symbol === undefined ? [] : [symbol, ...checker.getRootSymbols(symbol)];
    for (const declaration of roots.flatMap((root) => root.declarations ?? [])) {
      const method = methods.get(declaration);
      if (method) method.isCalled = true;
    }
  };
  const inProduct = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) called(checker.getSymbolAtLocation(node.name));
    if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
      const taken = node.propertyName ?? node.name;
      if (ts.isIdentifier(taken)) called(checker.getTypeAtLocation(node.parent).getProperty(taken.text));
    }
    ts.forEachChild(node, inProduct);
  };
  files.forEach(inProduct);
  return [...methods.values()];
}

it('every method of a port has a caller in the product, or a reason to wait for one', { timeout: 240_000 }, () => {
  const methods = methodsOfPorts();
  expect(methods.length).toBeGreaterThan(100);
  expect(methods.filter(({ isCalled, isKept }) => !isCalled && !isKept).map(({ name }) => name)).toEqual([]);
  // A reason that is no longer needed must be removed.
  expect(methods.filter(({ isCalled, isKept }) => isCalled && isKept).map(({ name }) => name)).toEqual([]);
});
