import {
  getOperationAST,
  getNamedType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  OperationTypeNode,
  parse,
  parseType,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
  type ASTNode,
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLScalarType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from 'graphql';
import { AppError } from '../../shared/errors.js';
import { checkShape, LIMITS } from '../limits.js';

/** A document of one operation, valid and within the limits that need no variables. */
export interface ReadDocument {
  document: DocumentNode;
  operation: OperationDefinitionNode;
}

/** Reads a document. @returns null for what the pipeline has to say something about, or has to choose from */
export function readDocument(schema: GraphQLSchema, source: string): ReadDocument | null {
  let document: DocumentNode;
  try {
    document = parse(source, { maxTokens: LIMITS.tokens });
    checkShape(document);
  } catch (error) {
    // Both kinds of refusal are told by the pipeline; anything else is a fault of ours.
    if (error instanceof AppError || (error as Error).name === 'GraphQLError') return null;
    throw error;
  }
  return checked(schema, document);
}

function checked(schema: GraphQLSchema, document: DocumentNode): ReadDocument | null {
  const operation = getOperationAST(document);
  if (!operation) return null;
  const faults = validate(schema, document, undefined, { maxErrors: 1 });
  return faults.length === 0 ? { document, operation } : null;
}

/** How the variables are called that stand for literals. */
const liftedName = (index: number) => `__literal${index}`;

/** Literals that a variable of the type takes as the literal itself is taken; of other types they stay where they are. */
const LIFTED: Record<string, readonly string[]> = {
  String: [Kind.STRING],
  Int: [Kind.INT],
  Float: [Kind.INT, Kind.FLOAT],
  ID: [Kind.STRING, Kind.INT],
};

/** A skeleton's document with a variable for each literal. */
export interface LiftedDocument extends ReadDocument {
  /** The names of the variables, in the order of the literals. */
  lifted: readonly string[];
}

/**
 * Puts variables in the places of all literals of a skeleton.
 * @param count the literals that its text was found to have
 * @returns null where one of them can not be a variable, or the document is none of one query
 */
export function liftDocument(schema: GraphQLSchema, skeleton: string, count: number): LiftedDocument | null {
  if (skeleton.includes('__literal')) return null;
  const read = readDocument(schema, skeleton);
  // Errors of mutations are told where they happened, and name places in the document as it was sent.
  if (read?.operation.operation !== OperationTypeNode.QUERY) return null;
  const found: VariableDefinitionNode[] = [];
  let liftable = true;
  const info = new TypeInfo(schema);
  const literal = (node: ASTNode & { kind: string }, ancestors: readonly unknown[]) => {
    const type = info.getInputType();
    const named = type && getNamedType(type);
    if (!isSpecifiedScalar(named) || !LIFTED[named.name]?.includes(node.kind) || !isInField(ancestors)) {
      liftable = false;
      return undefined;
    }
    const name = liftedName(found.length);
    const variable = { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } } as const;
    found.push({ kind: Kind.VARIABLE_DEFINITION, variable, type: parseType(String(type)) });
    return variable;
  };
  const enter = (node: ASTNode, _key: unknown, _parent: unknown, _path: unknown, ancestors: readonly unknown[]) =>
    literal(node, ancestors);
  const document = visit(
    read.document,
    visitWithTypeInfo(info, { StringValue: { enter }, IntValue: { enter }, FloatValue: { enter } }),
  );
  if (!liftable || found.length !== count) return null;
  const definitions = document.definitions.map((node) =>
    node.kind === Kind.OPERATION_DEFINITION
      ? { ...node, variableDefinitions: [...(node.variableDefinitions ?? []), ...found] }
      : node,
  );
  const lifted = checked(schema, { ...document, definitions });
  return lifted && { ...lifted, lifted: found.map(({ variable }) => variable.name.value) };
}

const isSpecifiedScalar = (type: GraphQLNamedType | null | undefined): type is GraphQLScalarType =>
  isScalarType(type) && isSpecifiedScalarType(type);

/** Whether a value stands in the arguments of a field, and not in those of a directive or as the default of a variable. */
function isInField(ancestors: readonly unknown[]): boolean {
  const kinds = ancestors.flat().map((node) => (node as ASTNode).kind);
  return kinds.includes(Kind.FIELD) && !kinds.includes(Kind.DIRECTIVE) && !kinds.includes(Kind.VARIABLE_DEFINITION);
}
