import { Field, ObjectType } from 'type-graphql';
import { Public } from '../../graphql/directives/index.js';
import { UserErrors, type UserProblem } from '../../shared/user-errors.js';
import type { MappingRow } from '../mappings/mapping.js';
import { Severity, UserError } from './user-errors.types.js';

/** What every payload has. */
@ObjectType({ simpleResolvers: true })
export abstract class Payload {
  @Field(() => [UserError], { description: 'Why it was not done; empty where it was.' })
  userErrors!: UserError[];
}

@ObjectType('DonePayload', { simpleResolvers: true, description: 'Whether it was done.' })
@Public()
export class DonePayload extends Payload {
  @Field(() => Boolean, { description: 'Whether it was done.' })
  ok!: boolean;
}

/**
 * The payload of a mutation: what `work` gives, or why it was not done. `problems` that come with what it gives are told too: what a
 * dry run found, or was left out.
 * @param empty the payload's other fields where it was not
 */
export async function payload<Fields extends object>(
  work: () => Promise<Fields & { problems?: readonly UserProblem[] }>,
  empty: Fields,
): Promise<Fields & Payload> {
  try {
    const { problems = [], ...fields } = await work();
    return { ...(fields as unknown as Fields), userErrors: problems.map(toUserError) };
  } catch (error) {
    if (!(error instanceof UserErrors)) throw error;
    return { ...empty, userErrors: error.problems.map(toUserError) };
  }
}

/** A problem as a payload shows it. */
const toUserError = ({ code, message, path, severity, conflictsWith }: UserProblem): UserError => ({
  code,
  message,
  path: path === undefined ? null : [...path],
  severity: Severity[severity ?? 'ERROR'],
  conflictsWith: [...(conflictsWith ?? [])] as MappingRow[],
});
