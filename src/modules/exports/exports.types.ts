import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Public } from '../../graphql/directives/index.js';
import { Url } from '../../graphql/scalars.js';
import { EXPORT_FORMATS, formatSpecs, type ExportFormat as Format } from '../formats/index.js';

/** The formats as an enum of GraphQL: the values are their names. */
export const ExportFormat = Object.fromEntries(EXPORT_FORMATS.map((format) => [format, format])) as {
  [Name in Format]: Name;
};
registerEnumType(ExportFormat, {
  name: 'ExportFormat',
  description: 'A format in which names are exported.',
  valuesConfig: Object.fromEntries(formatSpecs.map(({ format, description }) => [format, { description }])),
});

@ObjectType({ simpleResolvers: true, description: 'A file of names, for everybody to fetch.' })
@Public()
export class Export {
  @Field(() => ExportFormat, { description: 'The format.' })
  format!: Format;

  @Field(() => Url, {
    description:
      'Where it is. With `?from=` and `?to=` (obf, srg, mcp) in other namespaces, with `?nodoc` without documentation.',
  })
  url!: string;

  @Field(() => String, { description: 'The type of its content, as in HTTP.' })
  contentType!: string;

  @Field(() => String, { description: 'What the file is called.' })
  fileName!: string;

  @Field(() => String, { description: 'What the file is, in one sentence.' })
  description!: string;
}
