CREATE TYPE "release_channel" AS ENUM ('SNAPSHOT', 'STABLE');

ALTER TABLE "game_versions" ADD COLUMN     "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

ALTER TABLE "webhooks" ADD COLUMN     "next_release" INTEGER,
ADD COLUMN     "release_cursor" INTEGER NOT NULL DEFAULT 0;

CREATE TABLE "releases" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "version_id" INTEGER NOT NULL,
    "channel" "release_channel" NOT NULL,
    "number" INTEGER NOT NULL,
    "published_at" TIMESTAMPTZ(3) NOT NULL,
    "published_by_id" INTEGER,
    "confirmed_by_id" INTEGER,
    "via" TEXT,
    "notes" TEXT,
    "previous_id" INTEGER,
    "digest" BYTEA NOT NULL,
    "change_sequence" INTEGER NOT NULL,
    "decision_sequence" INTEGER NOT NULL,
    "entry_count" INTEGER NOT NULL,
    "change_count" INTEGER NOT NULL,

    CONSTRAINT "releases_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "release_files" (
    "release_id" INTEGER NOT NULL,
    "file_name" TEXT NOT NULL,
    "content" BYTEA NOT NULL,
    "size" INTEGER NOT NULL,
    "md5" BYTEA NOT NULL,
    "sha1" BYTEA NOT NULL,
    "sha256" BYTEA NOT NULL,
    "sha512" BYTEA NOT NULL,

    CONSTRAINT "release_files_pkey" PRIMARY KEY ("release_id","file_name")
);

CREATE TABLE "release_changes" (
    "release_id" INTEGER NOT NULL,
    "change" INTEGER NOT NULL,

    CONSTRAINT "release_changes_pkey" PRIMARY KEY ("release_id","change")
);

CREATE TABLE "release_yanks" (
    "release_id" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    "by_id" INTEGER,
    "via" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "release_yanks_pkey" PRIMARY KEY ("release_id")
);

CREATE TABLE "release_requests" (
    "id" SERIAL NOT NULL,
    "version_id" INTEGER NOT NULL,
    "requested_by_id" INTEGER NOT NULL,
    "via" TEXT,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "notes" TEXT,
    "digest" BYTEA NOT NULL,

    CONSTRAINT "release_requests_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "version_files" (
    "version_id" INTEGER NOT NULL,
    "file_name" TEXT NOT NULL,
    "content" BYTEA NOT NULL,

    CONSTRAINT "version_files_pkey" PRIMARY KEY ("version_id","file_name")
);

CREATE TABLE "dumps" (
    "id" SERIAL NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL,
    "size" BIGINT NOT NULL,
    "sha256" BYTEA NOT NULL,
    "content_sha256" BYTEA NOT NULL,
    "whole" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "dumps_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "dump_pieces" (
    "dump_id" INTEGER NOT NULL,
    "index" INTEGER NOT NULL,
    "content" BYTEA NOT NULL,

    CONSTRAINT "dump_pieces_pkey" PRIMARY KEY ("dump_id","index")
);

CREATE TABLE "scheduled_runs" (
    "job" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "scheduled_runs_pkey" PRIMARY KEY ("job","day")
);
CREATE UNIQUE INDEX "releases_name_key" ON "releases"("name");
CREATE UNIQUE INDEX "releases_previous_id_key" ON "releases"("previous_id");
CREATE INDEX "releases_version_id_id_idx" ON "releases"("version_id", "id");
CREATE UNIQUE INDEX "releases_channel_version_id_number_key" ON "releases"("channel", "version_id", "number");
CREATE UNIQUE INDEX "release_requests_version_id_key" ON "release_requests"("version_id");
CREATE INDEX "release_requests_requested_by_id_idx" ON "release_requests"("requested_by_id");
ALTER TABLE "releases" ADD CONSTRAINT "releases_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "game_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "releases" ADD CONSTRAINT "releases_published_by_id_fkey" FOREIGN KEY ("published_by_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "releases" ADD CONSTRAINT "releases_confirmed_by_id_fkey" FOREIGN KEY ("confirmed_by_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "releases" ADD CONSTRAINT "releases_previous_id_fkey" FOREIGN KEY ("previous_id") REFERENCES "releases"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "release_files" ADD CONSTRAINT "release_files_release_id_fkey" FOREIGN KEY ("release_id") REFERENCES "releases"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "release_changes" ADD CONSTRAINT "release_changes_release_id_fkey" FOREIGN KEY ("release_id") REFERENCES "releases"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "release_changes" ADD CONSTRAINT "release_changes_change_fkey" FOREIGN KEY ("change") REFERENCES "changes"("sequence") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "release_yanks" ADD CONSTRAINT "release_yanks_release_id_fkey" FOREIGN KEY ("release_id") REFERENCES "releases"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "release_yanks" ADD CONSTRAINT "release_yanks_by_id_fkey" FOREIGN KEY ("by_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "release_requests" ADD CONSTRAINT "release_requests_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "game_versions"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "release_requests" ADD CONSTRAINT "release_requests_requested_by_id_fkey" FOREIGN KEY ("requested_by_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "version_files" ADD CONSTRAINT "version_files_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "game_versions"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "dump_pieces" ADD CONSTRAINT "dump_pieces_dump_id_fkey" FOREIGN KEY ("dump_id") REFERENCES "dumps"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Compressed already.
ALTER TABLE "release_files" ALTER COLUMN "content" SET STORAGE EXTERNAL;
ALTER TABLE "dump_pieces" ALTER COLUMN "content" SET STORAGE EXTERNAL;

-- Stable releases are numbered over all versions.
CREATE UNIQUE INDEX "releases_stable_number" ON "releases"("number") WHERE "channel" = 'STABLE';
-- The first release of a version and channel is one, too.
CREATE UNIQUE INDEX "releases_first" ON "releases"("version_id", "channel") WHERE "previous_id" IS NULL;
-- The changes that a release brought in, from their side.
CREATE INDEX "release_changes_change" ON "release_changes"("change");

-- A release is written in one transaction and never touched again.
CREATE FUNCTION "refuse_release_change"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: releases never change', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER "releases_append_only" BEFORE UPDATE OR DELETE ON "releases"
    FOR EACH ROW EXECUTE FUNCTION "refuse_release_change"();
CREATE TRIGGER "releases_no_truncate" BEFORE TRUNCATE ON "releases"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_release_change"();
CREATE TRIGGER "release_files_append_only" BEFORE UPDATE OR DELETE ON "release_files"
    FOR EACH ROW EXECUTE FUNCTION "refuse_release_change"();
CREATE TRIGGER "release_files_no_truncate" BEFORE TRUNCATE ON "release_files"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_release_change"();
CREATE TRIGGER "release_changes_append_only" BEFORE UPDATE OR DELETE ON "release_changes"
    FOR EACH ROW EXECUTE FUNCTION "refuse_release_change"();
CREATE TRIGGER "release_changes_no_truncate" BEFORE TRUNCATE ON "release_changes"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_release_change"();
CREATE TRIGGER "release_yanks_append_only" BEFORE UPDATE OR DELETE ON "release_yanks"
    FOR EACH ROW EXECUTE FUNCTION "refuse_release_change"();
CREATE TRIGGER "release_yanks_no_truncate" BEFORE TRUNCATE ON "release_yanks"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_release_change"();

-- Nothing is added to a release after the transaction that made it.
CREATE FUNCTION "refuse_release_addition"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added JOIN "releases" r ON r."id" = added."release_id" WHERE r.xmin <> pg_current_xact_id()::xid) THEN
        RAISE EXCEPTION '% is append-only: releases never change', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER "release_files_whole" AFTER INSERT ON "release_files"
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION "refuse_release_addition"();
CREATE TRIGGER "release_changes_whole" AFTER INSERT ON "release_changes"
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION "refuse_release_addition"();

-- Every process hears of a release when it is there.
CREATE FUNCTION "tell_release"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('releases', '');
    RETURN NULL;
END $$;
CREATE TRIGGER "releases_told" AFTER INSERT ON "releases" FOR EACH STATEMENT EXECUTE FUNCTION "tell_release"();
CREATE TRIGGER "release_yanks_told" AFTER INSERT ON "release_yanks" FOR EACH STATEMENT EXECUTE FUNCTION "tell_release"();

-- Processes keep the rows of versions in memory: they hear of every change of one.
CREATE FUNCTION "note_version_change"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF NEW."head" <> OLD."head" THEN
        NEW."changed_at" := now();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER "game_versions_changed_at" BEFORE UPDATE ON "game_versions"
    FOR EACH ROW EXECUTE FUNCTION "note_version_change"();
CREATE FUNCTION "tell_version_change"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('game_versions', '');
    RETURN NULL;
END $$;
CREATE TRIGGER "game_versions_told" AFTER INSERT OR UPDATE OR DELETE ON "game_versions"
    FOR EACH STATEMENT EXECUTE FUNCTION "tell_version_change"();

-- What stands behind a draft of a user: the handle, and the accounts that are theirs.
CREATE TRIGGER "users_told" AFTER UPDATE OF "handle_key", "merged_into_id" ON "users"
    FOR EACH STATEMENT EXECUTE FUNCTION "tell_version_change"();
