-- ordered by values
SELECT "t0"."id", "t0"."invoice_id", "t0"."track_id", "t0"."cents", "t0"."quantity" FROM "invoice_lines" AS "t0" JOIN "tracks" AS "j1" ON "j1"."id" = "t0"."track_id" ORDER BY "t0"."cents" * "t0"."quantity" DESC, "j1"."name", "t0"."id" % ?, "t0"."id" LIMIT ?;

-- ordered by a choice
SELECT "id", "name", "city", "adviser_id" FROM "customers" ORDER BY NOT (0), NOT (1) DESC, "city" IS NULL, CASE WHEN "id" = ? THEN ? ELSE ? END, lower("city") DESC, "id";

-- limited by a value, with a collection
SELECT "t0"."id", "t0"."title", "t0"."artist_id", "t1"."id", "t1"."name", "t1"."album_id", "t1"."genre_id", "t1"."medium_id", "t1"."seconds", "t1"."cents" FROM (SELECT "t0"."id", "t0"."title", "t0"."artist_id", "j1"."name" || ? AS "o1", "t0"."id" % ? AS "o2" FROM "albums" AS "t0" JOIN "artists" AS "j1" ON "j1"."id" = "t0"."artist_id" ORDER BY "j1"."name" || ? DESC, "t0"."id" % ? DESC, "t0"."id" LIMIT ?) AS "t0" LEFT OUTER JOIN "tracks" AS "t1" ON "t1"."album_id" = "t0"."id" ORDER BY "t0"."o1" DESC, "t0"."o2" DESC, "t0"."id", "t1"."name", "t1"."id";

-- tracks of an artist
SELECT "t0"."id", "t0"."name", "t0"."album_id", "t0"."genre_id", "t0"."medium_id", "t0"."seconds", "t0"."cents" FROM "tracks" AS "t0" JOIN "albums" AS "j1" ON "j1"."id" = "t0"."album_id" JOIN "artists" AS "j2" ON "j2"."id" = "j1"."artist_id" WHERE "j2"."name" = ? ORDER BY "t0"."id";

-- artists with long tracks
SELECT "t0"."id", "t0"."name" FROM "artists" AS "t0" JOIN "albums" AS "j1" ON "j1"."artist_id" = "t0"."id" JOIN "tracks" AS "j2" ON "j2"."album_id" = "j1"."id" WHERE "j2"."seconds" > ? ORDER BY "t0"."id" DESC;

-- the same, distinct and limited
SELECT DISTINCT "t0"."id", "t0"."name" FROM "artists" AS "t0" JOIN "albums" AS "j1" ON "j1"."artist_id" = "t0"."id" JOIN "tracks" AS "j2" ON "j2"."album_id" = "j1"."id" WHERE "j2"."seconds" > ? ORDER BY "t0"."id" DESC LIMIT ?;

-- artists without albums
SELECT "t0"."id", "t0"."name" FROM "artists" AS "t0" LEFT OUTER JOIN "albums" AS "j1" ON "j1"."artist_id" = "t0"."id" WHERE "j1"."id" IS NULL;

-- over an association
SELECT "t0"."id", "t0"."name" FROM "playlists" AS "t0" JOIN "playlist_tracks" AS "k1" ON "k1"."playlist_id" = "t0"."id" JOIN "tracks" AS "j1" ON "j1"."id" = "k1"."track_id" JOIN "genres" AS "j2" ON "j2"."id" = "j1"."genre_id" WHERE "j2"."name" = ? ORDER BY "t0"."id";

-- playlists without tracks
SELECT "t0"."id", "t0"."name" FROM "playlists" AS "t0" LEFT OUTER JOIN "playlist_tracks" AS "k1" ON "k1"."playlist_id" = "t0"."id" LEFT OUTER JOIN "tracks" AS "j1" ON "j1"."id" = "k1"."track_id" WHERE "j1"."id" IS NULL;

-- an entity twice
SELECT "t0"."id", "t0"."name", "t0"."city", "t0"."boss_id" FROM "employees" AS "t0" JOIN "employees" AS "j1" ON "j1"."id" = "t0"."boss_id" WHERE "j1"."id" < ? AND "j1"."name" <> "t0"."name" ORDER BY "j1"."id" DESC, "t0"."id";

-- from alias to alias
SELECT "t0"."id", "t0"."name", "t0"."city", "t0"."boss_id" FROM "employees" AS "t0" LEFT OUTER JOIN "employees" AS "j1" ON "j1"."id" = "t0"."boss_id" LEFT OUTER JOIN "employees" AS "j2" ON "j2"."id" = "j1"."boss_id" WHERE "j2"."id" IS NULL ORDER BY "t0"."id";

-- by a condition
SELECT "t0"."id", "t0"."name", "t0"."city", "t0"."adviser_id" FROM "customers" AS "t0" JOIN "employees" AS "j1" ON "j1"."city" = "t0"."city" AND "j1"."id" <> ? ORDER BY "t0"."id";

-- by a condition, or nothing
SELECT "t0"."id", "t0"."name", "t0"."city", "t0"."adviser_id" FROM "customers" AS "t0" LEFT OUTER JOIN "employees" AS "j1" ON "j1"."city" = "t0"."city" WHERE "j1"."id" IS NULL ORDER BY "t0"."id";

-- nulls in front
SELECT "id", "name", "city", "adviser_id" FROM "customers" ORDER BY "city" DESC NULLS FIRST, "id";

-- nulls behind
SELECT "id", "name", "city", "adviser_id" FROM "customers" ORDER BY "city" NULLS LAST, "id";

-- loaded along and joined
SELECT "t0"."id", "t0"."name", "t0"."album_id", "t0"."genre_id", "t0"."medium_id", "t0"."seconds", "t0"."cents", "t1"."id", "t1"."name" FROM "tracks" AS "t0" JOIN "albums" AS "j1" ON "j1"."id" = "t0"."album_id" JOIN "artists" AS "j2" ON "j2"."id" = "j1"."artist_id" LEFT OUTER JOIN "genres" AS "t1" ON "t1"."id" = "t0"."genre_id" WHERE "j2"."name" = ? ORDER BY "t0"."id";

-- limited with a collection
SELECT "t0"."id", "t0"."title", "t0"."artist_id", "t1"."id", "t1"."name", "t1"."album_id", "t1"."genre_id", "t1"."medium_id", "t1"."seconds", "t1"."cents" FROM (SELECT "t0"."id", "t0"."title", "t0"."artist_id", "j1"."name" AS "o1" FROM "albums" AS "t0" JOIN "artists" AS "j1" ON "j1"."id" = "t0"."artist_id" ORDER BY "j1"."name" DESC, "t0"."id" LIMIT ?) AS "t0" LEFT OUTER JOIN "tracks" AS "t1" ON "t1"."album_id" = "t0"."id" ORDER BY "t0"."o1" DESC, "t0"."id", "t1"."name", "t1"."id";

