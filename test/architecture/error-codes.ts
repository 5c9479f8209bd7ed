import ts from 'typescript';
import { read } from './project-files.ts';

/** Position of the code among the constructor arguments; subclasses pass it in `super(...)`. */
const CODE_AT = { AppError: 0, ServiceError: 0, RequestError: 1, ContractError: 2 } as const;
type Kind = keyof typeof CODE_AT;
/** The code of a class without an explicit one. */
const DEFAULT_CODE: Partial<Record<Kind, string>> = { ContractError: 'bad-message' };

export interface ThrownCode {
  readonly code: string;
  readonly kind: Kind;
  readonly retryable: boolean;
  /** HTTP status of a RequestError, if it is a literal in the source. */
  readonly status?: number;
  readonly where: string;
}

export interface ErrorScan {
  readonly codes: readonly ThrownCode[];
  /** Codes passed on from another error; they need no documentation. */
  readonly passedOn: readonly string[];
  /** Classes that extend Error itself. */
  readonly roots: readonly string[];
}

const isKind = (name: string): name is Kind => Object.hasOwn(CODE_AT, name);

/** The texts an expression can be, when they stand in the source. */
function literals(node: ts.Expression | undefined): readonly string[] | null {
  if (node === undefined) return null;
  if (ts.isStringLiteral(node)) return [node.text];
  if (!ts.isConditionalExpression(node)) return null;
  const [yes, no] = [literals(node.whenTrue), literals(node.whenFalse)];
  return yes && no && [...yes, ...no];
}

function saysRetryable(node: ts.Node | undefined): boolean {
  if (!node || !ts.isObjectLiteralExpression(node)) return false;
  return node.properties.some(
    (property) =>
      ts.isPropertyAssignment(property) &&
      property.name.getText() === 'retryable' &&
      property.initializer.kind === ts.SyntaxKind.TrueKeyword,
  );
}

const parentOf = (node: ts.ClassDeclaration): string => node.heritageClauses?.[0]?.types[0]?.expression.getText() ?? '';

/** Every `new AppError(...)` and its kin in these files, and `super(...)` of the classes that extend them. */
export function scanErrors(paths: readonly string[]): ErrorScan {
  const codes: ThrownCode[] = [];
  const passedOn: string[] = [];
  const roots: string[] = [];

  for (const path of paths) {
    const source = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true);
    const place = (node: ts.Node): string =>
      `${path}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;

    const note = (kind: Kind, call: ts.NewExpression | ts.CallExpression): void => {
      const args = call.arguments ?? ([] as readonly ts.Expression[]);
      const given = args[CODE_AT[kind]];
      const usual = DEFAULT_CODE[kind];
      const found = given === undefined && usual !== undefined ? [usual] : literals(given);
      if (found === null) {
        passedOn.push(place(call));
        return;
      }
      const first = args[0];
      const status = kind === 'RequestError' && first && ts.isNumericLiteral(first) ? Number(first.text) : undefined;
      for (const code of found) {
        codes.push({
          code,
          kind,
          retryable: saysRetryable(args.at(-1)),
          ...(status !== undefined && { status }),
          where: place(call),
        });
      }
    };

    /** @param owner the kind that the class around extends; null in a class that is a kind itself. */
    const visit = (node: ts.Node, owner: Kind | null): void => {
      let inside = owner;
      if (ts.isClassDeclaration(node) && node.name) {
        const parent = parentOf(node);
        if (parent === 'Error') roots.push(node.name.text);
        inside = isKind(parent) && !isKind(node.name.text) ? parent : null;
      }
      if (ts.isNewExpression(node)) {
        const name = node.expression.getText();
        if (isKind(name)) note(name, node);
      }
      if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword && inside)
        note(inside, node);
      ts.forEachChild(node, (child) => visit(child, inside));
    };
    visit(source, null);
  }
  return { codes, passedOn, roots };
}
