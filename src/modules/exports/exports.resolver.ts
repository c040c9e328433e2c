import { FieldResolver, Resolver, Root } from 'type-graphql';
import type { GameVersionRow } from '../versions/versions.store.js';
import { GameVersion } from '../versions/versions.types.js';
import { exportsOf } from './exported-file.js';
import { Export } from './exports.types.js';

@Resolver(() => GameVersion)
export class VersionExportsResolver {
  constructor(private readonly publicUrl: string) {}

  @FieldResolver(() => [Export], {
    description: 'Address and content type of each format, with the committed names as they are now.',
  })
  exports(@Root() { name }: GameVersionRow): Export[] {
    return exportsOf(this.publicUrl, name);
  }
}
