-- AlterTable
ALTER TABLE "oauth_clients" ADD COLUMN     "networks" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];
