-- dearer tracks
UPDATE "tracks" SET "cents" = "cents" * ?::BIGINT WHERE "seconds" < ? [2, 200];

-- several columns
UPDATE "tracks" SET "name" = ?, "genre_id" = ?, "seconds" = "seconds"::BIGINT - ?::BIGINT WHERE "id" > ? AND ("genre_id" IS NULL OR "genre_id" = ?) RETURNING "id" ['renamed', NULL, 1, 50, 2];

-- by text
UPDATE "artists" SET "name" = upper("name") WHERE starts_with("name", ?) RETURNING "id" ['artist'];

-- by a list
UPDATE "playlists" SET "name" = "name" || ?::TEXT WHERE "id" = ANY (?::BIGINT[]) ['!', '{1,3,5}'];

-- all rows
UPDATE "invoices" SET "day" = ? [0];

-- a choice
UPDATE "invoice_lines" SET "cents" = CASE WHEN "cents" > ? THEN "cents" ELSE ?::BIGINT END WHERE "quantity" > ? [100, 100, 0];

-- few of a line
DELETE FROM "invoice_lines" WHERE "quantity" <= ? [1];

-- every line
DELETE FROM "invoice_lines" RETURNING "id";

