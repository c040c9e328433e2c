CREATE TYPE "change_state" AS ENUM ('STAGED', 'COMMITTED', 'UNDONE', 'REJECTED', 'SUPERSEDED');

CREATE TABLE "changes" (
    "sequence" INTEGER NOT NULL,
    "version_id" INTEGER NOT NULL,
    "kind" "mapping_kind" NOT NULL,
    "srg" TEXT COLLATE "C" NOT NULL,
    "old_name" TEXT COLLATE "C",
    "new_name" TEXT COLLATE "C",
    "old_documentation" TEXT,
    "new_documentation" TEXT,
    "reason" TEXT,
    "forced" BOOLEAN NOT NULL,
    "author_id" INTEGER,
    "via" TEXT,
    "batch" INTEGER NOT NULL,
    "supersedes" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "hash" BYTEA NOT NULL,
    "state" "change_state" NOT NULL,
    "decision" INTEGER,
    "votes_for" INTEGER NOT NULL DEFAULT 0,
    "votes_against" INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "changes_pkey" PRIMARY KEY ("sequence")
);

CREATE TABLE "change_decisions" (
    "sequence" INTEGER NOT NULL,
    "state" "change_state" NOT NULL,
    "changes" INTEGER[],
    "by_id" INTEGER,
    "via" TEXT,
    "reason" TEXT,
    "decided_at" TIMESTAMPTZ(3) NOT NULL,
    "hash" BYTEA NOT NULL,
    CONSTRAINT "change_decisions_pkey" PRIMARY KEY ("sequence")
);

CREATE TABLE "history_head" (
    "id" SMALLINT NOT NULL DEFAULT 1,
    "change_sequence" INTEGER NOT NULL DEFAULT 0,
    "change_hash" BYTEA NOT NULL,
    "decision_sequence" INTEGER NOT NULL DEFAULT 0,
    "decision_hash" BYTEA NOT NULL,
    CONSTRAINT "history_head_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "mapping_locks" (
    "mapping_id" INTEGER NOT NULL,
    "reason" TEXT,
    "by_id" INTEGER,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "until" TIMESTAMPTZ(3),
    CONSTRAINT "mapping_locks_pkey" PRIMARY KEY ("mapping_id")
);

CREATE TABLE "change_votes" (
    "change" INTEGER NOT NULL,
    "user_id" INTEGER NOT NULL,
    "is_for" BOOLEAN NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "change_votes_pkey" PRIMARY KEY ("change","user_id")
);

CREATE TABLE "change_comments" (
    "id" SERIAL NOT NULL,
    "change" INTEGER NOT NULL,
    "author_id" INTEGER NOT NULL,
    "body" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "edited_at" TIMESTAMPTZ(3),
    CONSTRAINT "change_comments_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "mapping_demand" (
    "mapping_id" INTEGER NOT NULL,
    "version_id" INTEGER NOT NULL,
    "count" INTEGER NOT NULL,
    CONSTRAINT "mapping_demand_pkey" PRIMARY KEY ("mapping_id")
);
CREATE INDEX "changes_of_entry" ON "changes"("srg", "version_id", "kind", "sequence");
CREATE INDEX "changes_version_id_sequence_idx" ON "changes"("version_id", "sequence");
CREATE INDEX "changes_author_id_sequence_idx" ON "changes"("author_id", "sequence");
-- What the next snapshot carries: one change an entry.
-- The column that tells most stands first: with few rows in sight the planner takes any index that begins with what it is given.
CREATE UNIQUE INDEX "changes_staged" ON "changes"("srg", "version_id", "kind") WHERE "state" = 'STAGED';
CREATE INDEX "changes_via" ON "changes"("via", "sequence") WHERE "via" IS NOT NULL;
CREATE INDEX "changes_old_name_sequence_idx" ON "changes"("old_name", "sequence");
CREATE INDEX "changes_new_name_sequence_idx" ON "changes"("new_name", "sequence");
CREATE INDEX "changes_batch_idx" ON "changes"("batch");
CREATE INDEX "change_votes_user_id_idx" ON "change_votes"("user_id");
CREATE INDEX "change_comments_change_id_idx" ON "change_comments"("change", "id");
CREATE INDEX "change_comments_author_id_idx" ON "change_comments"("author_id");
CREATE INDEX "mapping_demand_version_id_count_mapping_id_idx" ON "mapping_demand"("version_id", "count" DESC, "mapping_id");
ALTER TABLE "changes" ADD CONSTRAINT "changes_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "game_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "changes" ADD CONSTRAINT "changes_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "change_decisions" ADD CONSTRAINT "change_decisions_by_id_fkey" FOREIGN KEY ("by_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "mapping_locks" ADD CONSTRAINT "mapping_locks_mapping_id_fkey" FOREIGN KEY ("mapping_id") REFERENCES "mappings"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "mapping_locks" ADD CONSTRAINT "mapping_locks_by_id_fkey" FOREIGN KEY ("by_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "change_votes" ADD CONSTRAINT "change_votes_change_fkey" FOREIGN KEY ("change") REFERENCES "changes"("sequence") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "change_votes" ADD CONSTRAINT "change_votes_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "change_comments" ADD CONSTRAINT "change_comments_change_fkey" FOREIGN KEY ("change") REFERENCES "changes"("sequence") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "change_comments" ADD CONSTRAINT "change_comments_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "mapping_demand" ADD CONSTRAINT "mapping_demand_mapping_id_fkey" FOREIGN KEY ("mapping_id") REFERENCES "mappings"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Both chains begin with 32 zero bytes.
INSERT INTO "history_head" ("change_hash", "decision_hash")
    VALUES (decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'));

-- History cannot be rewritten: of a change only its state, its last decision and its tally move, and what is final stays so.
CREATE FUNCTION "guard_change"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'changes is append-only' USING ERRCODE = 'restrict_violation';
    END IF;
    IF ROW(NEW."sequence", NEW."version_id", NEW."kind", NEW."srg", NEW."old_name", NEW."new_name", NEW."old_documentation",
           NEW."new_documentation", NEW."reason", NEW."forced", NEW."author_id", NEW."via", NEW."batch", NEW."supersedes",
           NEW."created_at", NEW."hash")
        IS DISTINCT FROM
       ROW(OLD."sequence", OLD."version_id", OLD."kind", OLD."srg", OLD."old_name", OLD."new_name", OLD."old_documentation",
           OLD."new_documentation", OLD."reason", OLD."forced", OLD."author_id", OLD."via", OLD."batch", OLD."supersedes",
           OLD."created_at", OLD."hash")
    THEN
        RAISE EXCEPTION 'change % is sealed', OLD."sequence" USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW."state" <> OLD."state" AND (OLD."state" IN ('COMMITTED', 'REJECTED')
        OR (OLD."state" IN ('UNDONE', 'SUPERSEDED') AND NEW."state" <> 'STAGED'))
    THEN
        RAISE EXCEPTION 'change % is % and stays so', OLD."sequence", OLD."state" USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER "changes_sealed" BEFORE UPDATE OR DELETE ON "changes" FOR EACH ROW EXECUTE FUNCTION "guard_change"();
CREATE TRIGGER "changes_no_truncate" BEFORE TRUNCATE ON "changes" FOR EACH STATEMENT EXECUTE FUNCTION "guard_change"();

CREATE FUNCTION "refuse_history_change"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER "change_decisions_append_only" BEFORE UPDATE OR DELETE ON "change_decisions"
    FOR EACH ROW EXECUTE FUNCTION "refuse_history_change"();
CREATE TRIGGER "change_decisions_no_truncate" BEFORE TRUNCATE ON "change_decisions"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_history_change"();
CREATE TRIGGER "history_head_stays" BEFORE DELETE ON "history_head"
    FOR EACH ROW EXECUTE FUNCTION "refuse_history_change"();
