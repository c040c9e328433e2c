import { buildSchema, getVariableValues, Kind, parse, type OperationDefinitionNode } from 'graphql';
import { expect, it } from 'vitest';
import { answerFor } from '../../src/graphql/errors.js';

const schema = buildSchema(`
  type Query { signIn(input: SignInInput!): Boolean }
  input SignInInput { handle: String! password: String! tries: Int kind: Kind inner: [SignInInput!] }
  enum Kind { LOCAL }
`);

const document = parse(`query ($input: SignInInput!) { signIn(input: $input) }`);
const operation = document.definitions.find(
  (node) => node.kind === Kind.OPERATION_DEFINITION,
) as OperationDefinitionNode;

/** What a caller is told of an input that can not be taken. */
function messageFor(input: unknown): string {
  const { errors } = getVariableValues(
    schema,
    operation.variableDefinitions ?? [],
    { input },
    { hideSuggestions: true },
  );
  return answerFor(errors![0]).message;
}

const SECRET = 'hunter2 at "input.handle"; nothing: "';
const START = 'Variable "$input" got invalid value';

it.each([
  [
    { handle: 'steve', password: SECRET, role: 'ADMIN' },
    `${START}; Field "role" is not defined by type "SignInInput".`,
  ],
  [{ password: SECRET }, `${START}; Field "handle" of required type "String!" was not provided.`],
  [SECRET, `${START}; Expected type "SignInInput" to be an object.`],
  [
    { handle: 'steve', password: 20_040_311 },
    `${START} at "input.password"; String cannot represent a non string value.`,
  ],
  [
    { handle: 'steve', password: [SECRET] },
    `${START} at "input.password"; String cannot represent a non string value.`,
  ],
  [
    { handle: 'steve', password: SECRET, tries: SECRET },
    `${START} at "input.tries"; Int cannot represent non-integer value.`,
  ],
  [
    { handle: 'steve', password: 'x', inner: [{ handle: 'x', password: { [SECRET]: SECRET } }] },
    `${START} at "input.inner[0].password"; String cannot represent a non string value.`,
  ],
])('SE13 tells what is wrong with a variable and where, and repeats no value: %#', (input, message) => {
  expect(messageFor(input)).toBe(message);
});
