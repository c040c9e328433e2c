import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLJSONObject } from 'graphql-scalars';

const RFC_3339 = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

function parseDateTime(value: unknown): Date {
  if (typeof value === 'string' && value.length <= 40 && RFC_3339.test(value)) {
    const date = new Date(value);
    // Date takes 30 February for 1 March.
    const dayOfMonth = new Date(Date.UTC(Number(value.slice(0, 4)), Number(value.slice(5, 7)), 0)).getUTCDate();
    if (!Number.isNaN(date.getTime()) && Number(value.slice(8, 10)) <= dayOfMonth) return date;
  }
  throw new GraphQLError('DateTime takes a date and time with its offset, e.g. "2026-01-31T12:00:00Z".');
}

/** An instant; in resolvers a Date. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'An instant as RFC 3339 writes it, e.g. `2026-01-31T12:00:00Z`. Answers are in UTC with milliseconds.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize(value) {
    const date = value instanceof Date ? value : new Date(value as string | number);
    return date.toISOString();
  },
  parseValue: parseDateTime,
  parseLiteral: (node) => parseDateTime(node.kind === Kind.STRING ? node.value : undefined),
});

function parseUrl(value: unknown): string {
  if (typeof value === 'string' && value.length <= 2048 && /^https?:\/\//i.test(value) && URL.canParse(value)) {
    return new URL(value).href;
  }
  throw new GraphQLError('URL takes an absolute http or https address.');
}

/** An absolute http or https address; in resolvers a string. */
export const Url = new GraphQLScalarType<string, string>({
  name: 'URL',
  description: 'An absolute http or https address.',
  specifiedByURL: 'https://url.spec.whatwg.org/',
  serialize: (value) => (value instanceof URL ? value.href : String(value)),
  parseValue: parseUrl,
  parseLiteral: (node) => parseUrl(node.kind === Kind.STRING ? node.value : undefined),
});

/** An object of JSON that another specification lays out. */
export const JsonObject = new GraphQLScalarType<object>({
  ...GraphQLJSONObject.toConfig(),
  name: 'JSONObject',
  description: 'An object of JSON, for what another specification lays out: the field says which.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  extensions: {},
});
