-- How often an import has changed a version's entries otherwise than change by change: processes that keep them read all of them anew.
ALTER TABLE "game_versions" ADD COLUMN "imports" INTEGER NOT NULL DEFAULT 0;
