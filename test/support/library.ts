/** An invented schema with every kind of rule, for tests of the engine: a library with books, members and a desk. */
import {
  Arg,
  Args,
  Ctx,
  Field,
  FieldResolver,
  Float,
  ID,
  Int,
  InterfaceType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
  Subscription,
  createUnionType,
} from 'type-graphql';
import type { GraphQLSchema } from 'graphql';
import { Permission } from '../../src/auth/permissions.js';
import { Connection, PageArgs } from '../../src/graphql/connection.js';
import type { Context } from '../../src/graphql/context.js';
import { Authenticated, Public, Requires, SelfId } from '../../src/graphql/directives/index.js';
import { keyOf, numericKey } from '../../src/graphql/ids.js';
import { asNode, Node, NodeResolver, type NodeSource } from '../../src/graphql/node.js';
import { createSchema } from '../../src/graphql/schema.js';
import { badInput } from '../../src/shared/errors.js';
import { pageRequest, toPage, type Page } from '../../src/shared/page.js';

export interface BookRow {
  id: number;
  title: string;
  shelf: string;
  kind: 'NOVEL' | 'ATLAS';
  readerId: string;
}
export interface MemberRow {
  id: string;
  name: string;
  email: string;
}

/** What the resolvers did, so that a test can prove that they did nothing. */
export interface Library {
  books: BookRow[];
  members: MemberRow[];
  effects: string[];
  loads: string[];
  counted: number;
  opened: number;
}

export const emptyLibrary = (): Library => ({
  books: [
    { id: 1, title: 'Emma', shelf: 'A1', kind: 'NOVEL', readerId: '1' },
    { id: 2, title: 'World', shelf: 'B2', kind: 'ATLAS', readerId: '2' },
    { id: 3, title: 'Persuasion', shelf: 'A3', kind: 'NOVEL', readerId: '2' },
  ],
  members: [
    { id: '1', name: 'ann', email: 'ann@example.org' },
    { id: '2', name: 'bob', email: 'bob@example.org' },
  ],
  effects: [],
  loads: [],
  counted: 0,
  opened: 0,
});

@InterfaceType({
  implements: Node,
  description: 'Whatever stands on a shelf.',
  resolveType: (row: BookRow) => (row.kind === 'NOVEL' ? 'Novel' : 'Atlas'),
})
export abstract class Book extends Node {
  @Field(() => String, { description: 'Its title.' })
  title!: string;

  @Field(() => String, { nullable: true, description: 'Where it stands' })
  shelf!: string;
}

@ObjectType({ simpleResolvers: true, implements: [Book, Node], description: 'A novel.' })
@Public()
export class Novel extends Book {
  @Field(() => String, { nullable: true, description: 'Where it stands' })
  @Authenticated()
  declare shelf: string;

  @Field(() => Int, { nullable: true, description: 'What it cost.' })
  price?: number;
}

@ObjectType({ simpleResolvers: true, implements: [Book, Node], description: 'An atlas.' })
@Public()
export class Atlas extends Book {
  @Field(() => String, { nullable: true, description: 'Where it stands' })
  @Requires(Permission.MAPPING_LOCK)
  declare shelf: string;
}

@ObjectType({ simpleResolvers: true, implements: Node, description: 'Who reads.' })
@SelfId<MemberRow>((member) => member.id)
@Public()
export class Member extends Node {
  @Field(() => String, { description: 'The name.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'The address.' })
  @Requires(Permission.USER_READ_PRIVATE, { orSelf: true })
  email!: string;

  @Field(() => String, { nullable: true, description: 'A field that fails.' })
  @Authenticated()
  broken?: string;
}

@ObjectType({ simpleResolvers: true, implements: Node, description: 'A note of the librarians.' })
@Requires(Permission.AUDIT_READ)
export class Note extends Node {
  @Field(() => String, { description: 'What it says.' })
  text!: string;

  @Field(() => String, { description: 'Its shape.' })
  @Public()
  shape!: string;
}

export const Finding = createUnionType({
  name: 'Finding',
  description: 'What a search finds.',
  types: () => [Novel, Atlas, Member],
});

export const BookConnection = Connection(() => Book, 'Book');
export const HitConnection = Connection(() => Book, 'Hit', {
  edgeFields: { score: { type: () => Float, description: 'How well it fits.' } },
});
export const NoteConnection = Connection(() => Note, 'Note', { rule: () => Requires(Permission.AUDIT_READ) });

@ObjectType({ simpleResolvers: true, description: 'What came of it.' })
@Public()
export class Receipt {
  @Field(() => Boolean, { description: 'Whether it was done.' })
  ok!: boolean;
}

let current: Library = emptyLibrary();

@Resolver(() => Member)
class MemberResolver {
  @FieldResolver(() => [Book], { description: 'What the member has at home.' })
  books(@Root() member: MemberRow): BookRow[] {
    return current.books.filter((book) => book.readerId === member.id);
  }

  @FieldResolver(() => String, { nullable: true })
  broken(): string {
    throw new Error('connection to db-host:5432 lost');
  }
}

@Resolver(() => Novel)
class NovelResolver {
  // The field is declared in the class, where type-graphql would drop this rule.
  @FieldResolver(() => Int, { nullable: true })
  @Requires(Permission.RELEASE_PUBLISH)
  price(): number {
    return 9;
  }
}

@Resolver()
class DeskResolver {
  @Query(() => Member, { nullable: true, description: 'Who is calling.' })
  @Public()
  me(@Ctx() { actor }: Context): MemberRow | null {
    return actor.kind === 'SIGNED_IN' ? (current.members.find(({ id }) => id === actor.user.id) ?? null) : null;
  }

  @Query(() => [Member], { description: 'Everyone.' })
  @Public()
  members(): MemberRow[] {
    return current.members;
  }

  @Query(() => BookConnection, { description: 'All books.' })
  @Public()
  books(
    @Args(() => PageArgs) page: PageArgs,
    @Arg('titles', () => [String], { nullable: true, description: 'Only these.' }) titles?: string[],
  ): Page<BookRow> {
    const books = current.books.filter((book) => !titles || titles.includes(book.title));
    return toPage(
      books,
      pageRequest(page),
      ({ id }) => [id],
      async () => {
        current.counted++;
        return books.length;
      },
    );
  }

  @Query(() => HitConnection, { description: 'Ranked books.' })
  @Public()
  hits(@Args(() => PageArgs) page: PageArgs): Page<BookRow> {
    const found = toPage(
      current.books,
      pageRequest(page),
      ({ id }) => [id],
      async () => 3,
    );
    return { ...found, edges: found.edges.map((edge, i) => ({ ...edge, score: 1 / (i + 1) })) };
  }

  @Query(() => [Finding], { description: 'Everything.' })
  @Public()
  find(): object[] {
    return [
      ...current.books.map((book) => asNode(book.kind === 'NOVEL' ? 'Novel' : 'Atlas', book)),
      ...current.members.map((member) => asNode('Member', member)),
    ];
  }

  @Query(() => NoteConnection, { nullable: true, description: 'All notes.' })
  @Requires(Permission.AUDIT_READ)
  notes(@Args(() => PageArgs) page: PageArgs): Page<object> {
    current.effects.push('notes');
    return toPage(
      [{ id: 1, text: 'n', shape: 'square' }],
      pageRequest(page),
      () => [1],
      async () => 1,
    );
  }

  @Query(() => String, { nullable: true, description: 'Fails with what is given.' })
  @Public()
  fail(@Arg('how', () => String, { description: 'In which way.' }) how: string): string {
    if (how === 'input') throw badInput('"how" must be something else.', { how });
    if (how === 'string') throw 'a bare string'; // eslint-disable-line @typescript-eslint/only-throw-error
    throw Object.assign(new Error('duplicate key value violates unique constraint "users_email_key"'), { code: how });
  }

  @Query(() => String, { nullable: true, description: 'Takes its time.' })
  @Public()
  async slow(@Arg('ms', () => Int, { description: 'How long.' }) ms: number): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return 'done';
  }

  @Mutation(() => Receipt, { nullable: true, description: 'Anyone may ring.' })
  @Public()
  ring(): Receipt {
    current.effects.push('ring');
    return { ok: true };
  }

  @Mutation(() => Receipt, { nullable: true, description: 'Takes a book home.' })
  @Authenticated()
  borrow(@Arg('book', () => ID, { description: 'Which.' }) book: string): Receipt {
    current.effects.push(`borrow ${keyOf('Novel', book)}`);
    return { ok: true };
  }

  @Mutation(() => Receipt, { nullable: true, description: 'Burns it all.' })
  @Requires(Permission.MAPPING_LOCK)
  burn(): Receipt {
    current.effects.push('burn');
    return { ok: true };
  }

  @Subscription(() => Receipt, {
    nullable: true,
    description: 'News from the desk.',
    subscribe: async function* () {
      current.opened++;
      yield { ok: true };
    },
  })
  @Requires(Permission.AUDIT_READ)
  news(@Root() event: Receipt): Receipt {
    return event;
  }
}

const source = (type: string, find: (key: string) => object | null | undefined): NodeSource => ({
  type,
  load: async (keys) => {
    current.loads.push(`${type} ${keys.join(',')}`);
    return keys.map((key) => find(key) ?? null);
  },
});

const nodes: NodeSource[] = [
  source('Novel', (key) => current.books.find((book) => book.kind === 'NOVEL' && book.id === numericKey(key))),
  source('Atlas', (key) => current.books.find((book) => book.kind === 'ATLAS' && book.id === numericKey(key))),
  source('Member', (key) => current.members.find((member) => member.id === key)),
  source('Note', (key) => ({ id: key, text: 'n', shape: 'square' })),
];

/** The resolvers' instances, as a module of the application hands them over. */
export const libraryResolvers = (): object[] => [new MemberResolver(), new NovelResolver(), new DeskResolver()];
export const libraryNodes = nodes;

/** Puts every book back. */
export function newLibrary(): Library {
  current = emptyLibrary();
  return current;
}

/** Builds the guarded schema over a fresh library. */
export function librarySchema(): { schema: GraphQLSchema; library: Library } {
  const resolvers = [new NodeResolver(nodes), ...libraryResolvers()];
  const instances = new Map(resolvers.map((resolver) => [resolver.constructor, resolver]));
  const schema = createSchema({
    resolvers: [...instances.keys()],
    get: (resolver) => instances.get(resolver)!,
    publicMutations: ['ring'],
  });
  return { schema, library: newLibrary() };
}
