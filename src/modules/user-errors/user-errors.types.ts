import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Public } from '../../graphql/directives/index.js';
import { UserErrorCode } from '../../shared/user-errors.js';
import type { MappingRow } from '../mappings/mapping.js';
import { Mapping } from '../mappings/mappings.types.js';

registerEnumType(UserErrorCode, {
  name: 'UserErrorCode',
  description: 'Why an expected outcome is not what was asked for.',
  valuesConfig: {
    NOT_FOUND: { description: 'What the input names is not there, or not yours.' },
    INVALID_INPUT: { description: 'A value can not be used; the message says why.' },
    INVALID_CREDENTIALS: { description: 'Handle and password do not belong together.' },
    HANDLE_TAKEN: { description: 'Somebody has this handle, or one that looks like it, or had it until lately.' },
    WEAK_PASSWORD: { description: 'The password is too short, too long, or easily guessed.' },
    BREACHED_PASSWORD: { description: 'The password is on the lists that attackers try first.' },
    IDENTITY_IN_USE: { description: 'The identity is a way into another account.' },
    LAST_CREDENTIAL: { description: 'Without it nobody could sign in to the account.' },
    LAST_ADMIN: { description: 'Without it the service would have no administrator.' },
    CODE_INVALID: { description: 'There is no such code, or it was used already.' },
    CODE_EXPIRED: { description: 'The code is too old, or was tried too often: take a new one.' },
    ALREADY_EXISTS: { description: 'It is there already.' },
    AMBIGUOUS: { description: 'It stands for several entries, or one entry is named twice in a call.' },
    LOCKED: { description: 'The entry is locked; force overrides it for those who may lock.' },
    FROZEN: { description: 'The game version takes no more changes.' },
    ALREADY_NAMED: { description: 'The entry has a name; force renames it for those who may.' },
    NO_CHANGE: { description: 'The entry has this name and documentation already.' },
    NAME_TAKEN: {
      description:
        'Another entry has the name where both are seen: a method with the same parameters or a field of one of its classes, a parameter of its method, a class.',
    },
    NOT_AN_IDENTIFIER: { description: 'Not a Java identifier in ASCII.' },
    RESERVED_WORD: { description: 'A keyword or literal of Java.' },
    TOO_LONG: { description: 'A new name is too long.' },
    CONSTRUCTOR: { description: 'Constructors are called like their class.' },
    FIXED_NAME: { description: 'The entry is readable by itself and takes no other name.' },
    STYLE_CONSTANT: { description: 'A constant should be named in UPPER_CASE.' },
    STYLE_CASE: { description: 'A method, field or parameter should start in lower case, a class in upper case.' },
    SHADOWS_FIELD: { description: 'A parameter is called like a field of its class.' },
    RESERVED_LOCAL: { description: 'A parameter is called as decompilers call local variables.' },
    SHADOWS_CLASS: { description: 'A parameter is called like a class.' },
    STALE: { description: 'It was written against something that has changed since.' },
    NOTHING_TO_UNDO: { description: 'There is nothing to undo or redo.' },
    NOTHING_TO_RELEASE: { description: 'The names are those of the release before, or there are none.' },
  },
});

export enum Severity {
  ERROR = 'ERROR',
  WARNING = 'WARNING',
}
registerEnumType(Severity, {
  name: 'Severity',
  description: 'How much a user error weighs.',
  valuesConfig: {
    ERROR: { description: 'Nothing was done.' },
    WARNING: { description: 'It can be done all the same, by force.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description:
    'Why an expected outcome is not what was asked for. Refusals for lack of rights are GraphQL errors, not these.',
})
@Public()
export class UserError {
  @Field(() => UserErrorCode, { description: 'The reason, for programs.' })
  code!: UserErrorCode;

  @Field(() => String, { description: 'The reason, for people.' })
  message!: string;

  @Field(() => [String], { nullable: true, description: 'Where in the input: `["changes", "3", "name"]`.' })
  path!: string[] | null;

  @Field(() => Severity, { description: 'How much it weighs.' })
  severity!: Severity;

  @Field(() => [Mapping], { description: 'The entries that a name collides with.' })
  conflictsWith!: MappingRow[];
}
