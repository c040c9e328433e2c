-- Processes keep in memory whom a credential proved, and what that account may do: they hear of everything that decides it. Payloads
-- are ids of accounts, and "client …" for a client. The notice says the same on the connection that makes the change, so that the
-- process which commits it knows before anybody is answered (`src/db/own-notices.ts`). That something was used is not told.
CREATE FUNCTION "tell_actors"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    concerned TEXT[];
    one TEXT;
BEGIN
    IF TG_TABLE_NAME = 'users' THEN
        concerned := ARRAY[OLD."id"::TEXT];
    ELSIF TG_TABLE_NAME = 'oauth_clients' THEN
        concerned := ARRAY['client ' || OLD."client_id"];
    ELSIF TG_OP = 'INSERT' THEN
        concerned := ARRAY[NEW."user_id"::TEXT];
    ELSIF TG_OP = 'DELETE' THEN
        concerned := ARRAY[OLD."user_id"::TEXT];
    ELSE
        concerned := ARRAY[OLD."user_id"::TEXT, NEW."user_id"::TEXT];
    END IF;
    FOREACH one IN ARRAY concerned LOOP
        IF one IS NOT NULL THEN
            PERFORM pg_notify('actors', one);
            RAISE NOTICE USING ERRCODE = 'TOLD0', MESSAGE = 'actors', DETAIL = one;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

-- What is added lets nobody do less, and nothing is remembered of whoever it lets in: of most tables only the end counts.
CREATE TRIGGER "users_tell_actors" AFTER UPDATE OF
        "handle", "is_bot", "owner_id", "created_at", "suspended_until", "erased_at", "merged_into_id", "token_epoch" ON "users"
    FOR EACH ROW EXECUTE FUNCTION "tell_actors"();
CREATE TRIGGER "users_gone_tell_actors" AFTER DELETE ON "users" FOR EACH ROW EXECUTE FUNCTION "tell_actors"();

CREATE TRIGGER "role_grants_tell_actors" AFTER INSERT OR UPDATE OR DELETE ON "role_grants"
    FOR EACH ROW EXECUTE FUNCTION "tell_actors"();

CREATE TRIGGER "api_tokens_tell_actors" AFTER UPDATE OF
        "hash", "user_id", "name", "permissions", "game_version_ids", "expires_at" ON "api_tokens"
    FOR EACH ROW EXECUTE FUNCTION "tell_actors"();
CREATE TRIGGER "api_tokens_gone_tell_actors" AFTER DELETE ON "api_tokens" FOR EACH ROW EXECUTE FUNCTION "tell_actors"();

-- A session that is used lives longer.
CREATE TRIGGER "sessions_tell_actors" AFTER UPDATE OF
        "hash", "user_id", "proven_at", "idle_expires_at", "expires_at" ON "sessions"
    FOR EACH ROW WHEN (
        OLD."hash" <> NEW."hash" OR OLD."user_id" <> NEW."user_id" OR OLD."proven_at" <> NEW."proven_at"
        OR OLD."expires_at" <> NEW."expires_at" OR OLD."idle_expires_at" > NEW."idle_expires_at"
    ) EXECUTE FUNCTION "tell_actors"();
CREATE TRIGGER "sessions_gone_tell_actors" AFTER DELETE ON "sessions" FOR EACH ROW EXECUTE FUNCTION "tell_actors"();

CREATE TRIGGER "identities_tell_actors" AFTER UPDATE OF "user_id", "state", "network", "acting_permissions" ON "identities"
    FOR EACH ROW EXECUTE FUNCTION "tell_actors"();
CREATE TRIGGER "identities_gone_tell_actors" AFTER DELETE ON "identities" FOR EACH ROW EXECUTE FUNCTION "tell_actors"();

CREATE TRIGGER "oidc_records_tell_actors" AFTER UPDATE OF "model", "hash", "user_id", "client_key", "expires_at" ON "oidc_records"
    FOR EACH ROW WHEN (OLD."model" = 'Grant') EXECUTE FUNCTION "tell_actors"();
CREATE TRIGGER "oidc_records_gone_tell_actors" AFTER DELETE ON "oidc_records"
    FOR EACH ROW WHEN (OLD."model" = 'Grant') EXECUTE FUNCTION "tell_actors"();

CREATE TRIGGER "oauth_clients_tell_actors" AFTER UPDATE OF
        "client_id", "name", "permissions", "trusted", "networks", "bot_id" ON "oauth_clients"
    FOR EACH ROW EXECUTE FUNCTION "tell_actors"();
CREATE TRIGGER "oauth_clients_gone_tell_actors" AFTER DELETE ON "oauth_clients"
    FOR EACH ROW EXECUTE FUNCTION "tell_actors"();
