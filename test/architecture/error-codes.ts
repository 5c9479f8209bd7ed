import ts from 'typescript';
import { read } from './project-files.ts';

export interface ThrownCode {
  readonly code: string;
  readonly kind: 'AppError' | 'ServiceError' | 'RequestError';
  readonly retryable: boolean;
  /** HTTP status of a RequestError, where it stands in the source. */
  readonly status?: number;
  readonly where: string;
}

export interface ErrorScan {
  readonly codes: readonly ThrownCode[];
  /** Codes passed on from another error: nothing to document. */
  readonly passedOn: readonly string[];
  /** Classes of errors of ours. */
  readonly classes: readonly string[];
}

const CODE_AT = { AppError: 0, ServiceError: 0, RequestError: 1 } as const;
type Kind = keyof typeof CODE_AT;

const isKind = (name: string): name is Kind => Object.hasOwn(CODE_AT, name);
const kindOfClass: Readonly<Record<string, Kind>> = { ContractError: 'AppError', ServicesInUseError: 'ServiceError' };

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

/** Every `new AppError(...)` and its kin in these files, and `super(...)` of the classes that extend them. */
export function scanErrors(paths: readonly string[]): ErrorScan {
  const codes: ThrownCode[] = [];
  const passedOn: string[] = [];
  const classes: string[] = [];

  for (const path of paths) {
    const source = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true);
    const place = (node: ts.Node): string =>
      `${path}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;

    const note = (kind: Kind, call: ts.NewExpression | ts.CallExpression): void => {
      const args = call.arguments ?? ([] as readonly ts.Expression[]);
      const found = literals(args[CODE_AT[kind]]);
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

    const visit = (node: ts.Node, owner: string | undefined): void => {
      let inside = owner;
      if (ts.isClassDeclaration(node) && node.name) {
        inside = node.name.text;
        const parent = node.heritageClauses?.[0]?.types[0]?.expression.getText() ?? '';
        if (parent.endsWith('Error') && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
          classes.push(inside);
      }
      if (ts.isNewExpression(node) && isKind(node.expression.getText())) note(node.expression.getText() as Kind, node);
      if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword && inside) {
        const kind = kindOfClass[inside];
        if (kind) note(kind, node);
      }
      ts.forEachChild(node, (child) => visit(child, inside));
    };
    visit(source, undefined);
  }
  return { codes, passedOn, classes };
}
