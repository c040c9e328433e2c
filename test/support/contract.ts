import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  type GraphQLSchema,
} from 'graphql';

interface Element {
  name: string;
  description?: string | null;
  deprecationReason?: string | null;
}

/** Everything in a schema that a reader meets by name: types, fields, arguments, enum values, directives. */
function* elements(schema: GraphQLSchema): Generator<Element> {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    // The root types say nothing that their fields don't.
    const isRoot = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].includes(
      type as never,
    );
    if (!isRoot) yield type;
    if (isEnumType(type)) {
      for (const value of type.getValues()) yield { ...value, name: `${type.name}.${value.name}` };
    }
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      yield { ...field, name: `${type.name}.${field.name}` };
      for (const arg of 'args' in field ? field.args : []) {
        yield { ...arg, name: `${type.name}.${field.name}(${arg.name})` };
      }
    }
  }
  for (const directive of schema.getDirectives()) {
    if (isSpecifiedDirective(directive)) continue;
    yield { name: `@${directive.name}`, description: directive.description };
    for (const arg of directive.args) yield { ...arg, name: `@${directive.name}(${arg.name})` };
  }
}

/** The sentence of a rule alone describes nothing. */
const isDescribed = ({ description }: Element) =>
  !!description?.trim() && !/^Requires [^.]+\.$/.test(description.trim());

/** The names of whatever has no description. */
export const missingDescriptions = (schema: GraphQLSchema): string[] =>
  [...elements(schema)].filter((element) => !isDescribed(element)).map(({ name }) => name);

/** The names of deprecated elements whose reason does not say from when: `2026-01-31: use x.` */
export const undatedDeprecations = (schema: GraphQLSchema): string[] =>
  [...elements(schema)]
    .filter(({ deprecationReason }) => deprecationReason != null && !/\b20\d\d-\d\d-\d\d\b/.test(deprecationReason))
    .map(({ name }) => name);
