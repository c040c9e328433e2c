-- Trigrams for similarity, and version id beside them in one index. Both are trusted: no superuser is needed.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

CREATE TYPE "mapping_kind" AS ENUM ('CLASS', 'METHOD', 'FIELD', 'PARAMETER');
CREATE TYPE "side" AS ENUM ('CLIENT', 'SERVER', 'BOTH');

CREATE TABLE "game_versions" (
    "id" SERIAL NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "sort_key" TEXT COLLATE "C" NOT NULL,
    "is_current" BOOLEAN NOT NULL DEFAULT false,
    "frozen" BOOLEAN NOT NULL DEFAULT false,
    "is_sample" BOOLEAN NOT NULL DEFAULT false,
    "imported_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "head" INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "game_versions_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "game_versions_name_key" ON "game_versions"("name");
CREATE UNIQUE INDEX "game_versions_one_current" ON "game_versions"((true)) WHERE "is_current";

-- net/minecraft/util/ResourceLocation -> ResourceLocation; members have no slash and stay as they are.
CREATE FUNCTION "short_name"("name" TEXT) RETURNS TEXT
    LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
    RETURN substring("name" COLLATE "C" FROM '[^/]*$');

-- getBlockState -> gbs, FOOTPRINT_TEXTURE -> ft: what `gBS` and `FT` are looked up by.
CREATE FUNCTION "initials"("name" TEXT) RETURNS TEXT
    LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(CASE
        WHEN "name" COLLATE "C" ~ '[a-z]'
        THEN left("name", 1) || regexp_replace(substr("name", 2) COLLATE "C", '[^A-Z]', '', 'g')
        ELSE regexp_replace("name" COLLATE "C", '_*([^_])[^_]*', '\1', 'g')
    END);

-- Names are compared by bytes, as the files are: hence COLLATE "C".
CREATE TABLE "mappings" (
    "id" SERIAL NOT NULL,
    "version_id" INTEGER NOT NULL,
    "kind" "mapping_kind" NOT NULL,
    "srg" TEXT COLLATE "C" NOT NULL,
    "srg_index" INTEGER,
    "name" TEXT COLLATE "C",
    -- Stored, because a search compares it with thousands of rows.
    "short_name" TEXT COLLATE "C" GENERATED ALWAYS AS (short_name("name")) STORED,
    "server_name" TEXT COLLATE "C",
    "documentation" TEXT,
    "side" "side" NOT NULL DEFAULT 'BOTH',
    "fixed" BOOLEAN NOT NULL DEFAULT false,
    "is_static" BOOLEAN,
    "is_constructor" BOOLEAN NOT NULL DEFAULT false,
    "obf" TEXT COLLATE "C",
    "method_id" INTEGER,
    "slot" SMALLINT,
    CONSTRAINT "mappings_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "declarations" (
    "id" SERIAL NOT NULL,
    "version_id" INTEGER NOT NULL,
    "owner_id" INTEGER NOT NULL,
    "member_id" INTEGER NOT NULL,
    "obf" TEXT COLLATE "C" NOT NULL,
    "obf_descriptor" TEXT COLLATE "C",
    "srg_descriptor" TEXT COLLATE "C",
    "exceptions" TEXT[],
    CONSTRAINT "declarations_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "mappings_version_id_srg_kind_key" ON "mappings"("version_id", "srg", "kind");
CREATE INDEX "mappings_method_id_idx" ON "mappings"("method_id");
CREATE INDEX "mappings_srg_index" ON "mappings"("version_id", "srg_index") WHERE "srg_index" IS NOT NULL;
CREATE INDEX "mappings_class" ON "mappings"("version_id", "srg") WHERE "kind" = 'CLASS';
CREATE INDEX "mappings_class_obf" ON "mappings"("version_id", "obf") WHERE "kind" = 'CLASS';
CREATE INDEX "mappings_name" ON "mappings"("version_id", "name") WHERE "name" IS NOT NULL;
CREATE INDEX "mappings_short_name" ON "mappings"("version_id", "short_name") WHERE "short_name" IS NOT NULL;
CREATE INDEX "mappings_server_name" ON "mappings"("version_id", "server_name") WHERE "server_name" IS NOT NULL;
CREATE INDEX "mappings_initials" ON "mappings"("version_id", "initials"("short_name")) WHERE "short_name" IS NOT NULL;
CREATE INDEX "mappings_unnamed" ON "mappings"("version_id", "id") WHERE "name" IS NULL;
CREATE INDEX "mappings_similar" ON "mappings" USING gin ("version_id", "short_name" gin_trgm_ops) WHERE "short_name" IS NOT NULL;
CREATE INDEX "declarations_owner_id_id_idx" ON "declarations"("owner_id", "id");
CREATE INDEX "declarations_member_id_id_idx" ON "declarations"("member_id", "id");
CREATE INDEX "declarations_obf" ON "declarations"("version_id", "obf");

ALTER TABLE "mappings" ADD CONSTRAINT "mappings_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "game_versions"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "mappings" ADD CONSTRAINT "mappings_method_id_fkey" FOREIGN KEY ("method_id") REFERENCES "mappings"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "declarations" ADD CONSTRAINT "declarations_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "mappings"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "declarations" ADD CONSTRAINT "declarations_member_id_fkey" FOREIGN KEY ("member_id") REFERENCES "mappings"("id") ON DELETE CASCADE ON UPDATE CASCADE;
