-- Gives a role what the service needs to run, and no more: it cannot rewrite history, whatever is sent through it.
--
--   createuser --pwprompt mcp_app
--   psql "$OWNER_URL" -v role=mcp_app -f prisma/app-role.sql
--
-- To be run by the owner of the tables, and again after each migration. Migrations and imports stay with the owner.
\set ON_ERROR_STOP on

BEGIN;

GRANT USAGE ON SCHEMA public TO :"role";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"role";
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO :"role";

REVOKE ALL ON "_prisma_migrations", "changes", "change_decisions", "history_head", "audit_events",
              "releases", "release_files", "release_changes", "release_yanks" FROM :"role";

-- To know that there is nothing to migrate.
GRANT SELECT ON "_prisma_migrations" TO :"role";
-- Of a change what is not sealed moves: what became of it, and its votes.
GRANT SELECT, INSERT, UPDATE ("state", "decision", "votes_for", "votes_against") ON "changes" TO :"role";
GRANT SELECT, INSERT ON "change_decisions" TO :"role";
GRANT SELECT, UPDATE ON "history_head" TO :"role";
-- Releases are published, and yanked; nothing of them ever changes.
GRANT SELECT, INSERT ON "releases", "release_files", "release_changes", "release_yanks" TO :"role";
-- Addresses go after 30 days, and with a deleted account.
GRANT SELECT, INSERT, UPDATE ("address") ON "audit_events" TO :"role";

COMMIT;
