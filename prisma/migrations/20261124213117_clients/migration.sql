-- CreateEnum
CREATE TYPE "oauth_client_kind" AS ENUM ('WEB', 'NATIVE', 'BOT');

-- CreateEnum
CREATE TYPE "client_authentication" AS ENUM ('NONE', 'SECRET_BASIC', 'SECRET_POST', 'PRIVATE_KEY');

-- AlterTable
ALTER TABLE "identities" ADD COLUMN     "acting_permissions" TEXT[] DEFAULT ARRAY['MAPPING_PROPOSE', 'MAPPING_VOTE']::TEXT[];

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "token_epoch" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "oauth_clients" (
    "id" SERIAL NOT NULL,
    "client_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" "oauth_client_kind" NOT NULL,
    "authentication" "client_authentication" NOT NULL,
    "owner_id" INTEGER NOT NULL,
    "bot_id" INTEGER,
    "trusted" BOOLEAN NOT NULL DEFAULT false,
    "homepage" TEXT,
    "redirect_uris" TEXT[],
    "post_logout_redirect_uris" TEXT[],
    "backchannel_logout_uri" TEXT,
    "permissions" TEXT[],
    "jwks" JSONB,
    "dpop_bound" BOOLEAN NOT NULL DEFAULT false,
    "secret_hash" BYTEA,
    "previous_secret_hash" BYTEA,
    "previous_secret_until" TIMESTAMPTZ(3),
    "subject_salt" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "oauth_clients_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "oidc_records" (
    "model" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "payload" BYTEA NOT NULL,
    "user_id" INTEGER,
    "client_key" INTEGER,
    "scope" TEXT,
    "grant_hash" BYTEA,
    "code_hash" BYTEA,
    "uid_hash" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "consumed_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "oidc_records_pkey" PRIMARY KEY ("model","hash")
);

-- CreateTable
CREATE TABLE "signing_keys" (
    "kid" TEXT NOT NULL,
    "algorithm" TEXT NOT NULL,
    "public_key" JSONB NOT NULL,
    "private_key" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "signing_keys_pkey" PRIMARY KEY ("kid")
);

-- CreateIndex
CREATE UNIQUE INDEX "oauth_clients_client_id_key" ON "oauth_clients"("client_id");

-- CreateIndex
CREATE INDEX "oauth_clients_owner_id_idx" ON "oauth_clients"("owner_id");

-- CreateIndex
CREATE INDEX "oauth_clients_bot_id_idx" ON "oauth_clients"("bot_id");

-- CreateIndex
CREATE INDEX "oidc_records_user_id_idx" ON "oidc_records"("user_id");

-- CreateIndex
CREATE INDEX "oidc_records_client_key_idx" ON "oidc_records"("client_key");

-- CreateIndex
CREATE INDEX "oidc_records_grant_hash_idx" ON "oidc_records"("grant_hash");

-- CreateIndex
CREATE INDEX "oidc_records_code_hash_idx" ON "oidc_records"("code_hash");

-- CreateIndex
CREATE INDEX "oidc_records_uid_hash_idx" ON "oidc_records"("uid_hash");

-- CreateIndex
CREATE INDEX "oidc_records_expires_at_idx" ON "oidc_records"("expires_at");

-- AddForeignKey
ALTER TABLE "oauth_clients" ADD CONSTRAINT "oauth_clients_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "oauth_clients" ADD CONSTRAINT "oauth_clients_bot_id_fkey" FOREIGN KEY ("bot_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "oidc_records" ADD CONSTRAINT "oidc_records_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "oidc_records" ADD CONSTRAINT "oidc_records_client_key_fkey" FOREIGN KEY ("client_key") REFERENCES "oauth_clients"("id") ON DELETE CASCADE ON UPDATE CASCADE;
