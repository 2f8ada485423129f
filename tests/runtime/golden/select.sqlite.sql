-- columns of two tables
SELECT "s1"."name", "s2"."title" FROM "tracks" AS "s1" JOIN "albums" AS "s2" ON "s2"."id" = "s1"."album_id" WHERE "s1"."seconds" > ? ORDER BY "s1"."id" LIMIT ? OFFSET ?;

-- entities and columns
SELECT "s2"."city", "s1"."id", "s1"."customer_id", "s1"."day", "s2"."id", "s2"."name", "s2"."city", "s2"."adviser_id" FROM "invoices" AS "s1" JOIN "customers" AS "s2" ON "s2"."id" = "s1"."customer_id" ORDER BY "s1"."id";

-- an entity that may be missing
SELECT "s1"."id", "s1"."name", "s1"."city", "s1"."adviser_id", "s2"."id", "s2"."name", "s2"."city", "s2"."boss_id" FROM "customers" AS "s1" LEFT OUTER JOIN "employees" AS "s2" ON "s2"."id" = "s1"."adviser_id" ORDER BY "s1"."id";

-- entities with counts
SELECT count("s2"."id") AS "albums", "s1"."id", "s1"."name" FROM "artists" AS "s1" LEFT OUTER JOIN "albums" AS "s2" ON "s2"."artist_id" = "s1"."id" GROUP BY "s1"."id" ORDER BY "albums" DESC, "s1"."id";

-- groups with a condition
SELECT "s1"."name", sum("s2"."cents") AS "cents", avg("s2"."seconds") AS "seconds" FROM "genres" AS "s1" JOIN "tracks" AS "s2" ON "s2"."genre_id" = "s1"."id" GROUP BY "s1"."name" HAVING count(*) > ? ORDER BY "s1"."name";

-- all in one group
SELECT count(*) AS "tracks", max("s1"."name") FROM "tracks" AS "s1" WHERE "s1"."genre_id" IS NOT NULL;

-- groups of a value
SELECT "s1"."seconds" / ? AS "minutes", count(*) AS "tracks" FROM "tracks" AS "s1" GROUP BY 1 ORDER BY "minutes";

-- groups of a list
SELECT "s1"."genre_id" IN (?, ?) AS "near", count(*) AS "tracks" FROM "tracks" AS "s1" WHERE "s1"."genre_id" IS NOT NULL GROUP BY 1 ORDER BY "near";

-- groups of two lists
SELECT "s1"."genre_id" IN (?, ?) AS "some", count(*) AS "tracks" FROM "tracks" AS "s1" WHERE "s1"."genre_id" IS NOT NULL GROUP BY "s1"."genre_id" IN (?, ?), 1 ORDER BY 2;

-- different values
SELECT DISTINCT "s1"."city" FROM "customers" AS "s1" ORDER BY "s1"."city" DESC NULLS LAST;

-- ordered by a value
SELECT "s1"."id" FROM "tracks" AS "s1" ORDER BY "s1"."seconds" % ? DESC, "s1"."id" LIMIT ?;

-- ordered by what is the same
SELECT "s1"."medium_id", count(*) AS "tracks" FROM "tracks" AS "s1" GROUP BY "s1"."medium_id", NOT (1) ORDER BY NOT (0) DESC, "s1"."medium_id" DESC;

-- each with each
SELECT "s1"."name", "s2"."name" FROM "media" AS "s1" CROSS JOIN "genres" AS "s2" ORDER BY "s1"."id", "s2"."id";

-- from another select
SELECT "s2"."id", sum("s1"."seconds") AS "seconds" FROM (SELECT "s3"."id", "s3"."name", "s3"."album_id", "s3"."genre_id", "s3"."medium_id", "s3"."seconds", "s3"."cents" FROM "tracks" AS "s3" WHERE "s3"."seconds" > ? ORDER BY "s3"."id" LIMIT ?) AS "s1" JOIN "albums" AS "s2" ON "s2"."id" = "s1"."album_id" GROUP BY "s2"."id" ORDER BY "s2"."id";

-- with a named part
WITH "c1" ("id", "name", "album_id", "genre_id", "medium_id", "seconds", "cents") AS (SELECT "s2"."id", "s2"."name", "s2"."album_id", "s2"."genre_id", "s2"."medium_id", "s2"."seconds", "s2"."cents" FROM "tracks" AS "s2" WHERE "s2"."seconds" > ?) SELECT "s3"."id", "s3"."name", "s3"."album_id", "s3"."genre_id", "s3"."medium_id", "s3"."seconds", "s3"."cents" FROM "c1" AS "s3" JOIN "albums" AS "s4" ON "s4"."id" = "s3"."album_id" WHERE "s4"."id" < ? ORDER BY "s3"."id";

-- all who are below
WITH RECURSIVE "c1" ("id", "name", "city", "boss_id") AS (SELECT "s2"."id", "s2"."name", "s2"."city", "s2"."boss_id" FROM "employees" AS "s2" WHERE "s2"."id" = ? UNION ALL SELECT "s3"."id", "s3"."name", "s3"."city", "s3"."boss_id" FROM "employees" AS "s3" JOIN "c1" AS "s4" ON "s3"."boss_id" = "s4"."id") SELECT "s5"."id", "s5"."name", "s5"."city", "s5"."boss_id" FROM "c1" AS "s5" ORDER BY "s5"."id";

-- cities of both
SELECT "s1"."city" FROM "customers" AS "s1" UNION SELECT "s2"."city" FROM "employees" AS "s2" ORDER BY 1 NULLS FIRST;

-- all cities of both
SELECT "s1"."city" FROM "customers" AS "s1" UNION ALL SELECT "s2"."city" FROM "employees" AS "s2" ORDER BY 1 NULLS FIRST LIMIT ?;

-- cities in both
SELECT "s1"."city" FROM "customers" AS "s1" INTERSECT SELECT "s2"."city" FROM "employees" AS "s2" ORDER BY 1 NULLS FIRST;

-- cities without employees
SELECT "s1"."city" FROM "customers" AS "s1" EXCEPT SELECT "s2"."city" FROM "employees" AS "s2" ORDER BY 1 NULLS FIRST;

-- several combined
SELECT * FROM (SELECT "s1"."id", "s1"."name", "s1"."album_id", "s1"."genre_id", "s1"."medium_id", "s1"."seconds", "s1"."cents" FROM "tracks" AS "s1" WHERE "s1"."seconds" > ? UNION SELECT "s2"."id", "s2"."name", "s2"."album_id", "s2"."genre_id", "s2"."medium_id", "s2"."seconds", "s2"."cents" FROM "tracks" AS "s2" WHERE "s2"."seconds" < ?) AS "u3" INTERSECT SELECT * FROM (SELECT "s4"."id", "s4"."name", "s4"."album_id", "s4"."genre_id", "s4"."medium_id", "s4"."seconds", "s4"."cents" FROM "tracks" AS "s4" ORDER BY "s4"."id" LIMIT ?) AS "u5" ORDER BY 1 DESC;

-- the row behind, and the one before
SELECT "s1"."id", lead("s1"."id", ?) OVER (ORDER BY "s1"."id") AS "behind", lag("s1"."id", ?) OVER (ORDER BY "s1"."id") AS "before" FROM "albums" AS "s1" ORDER BY "s1"."id";

-- where there is another
SELECT "s1"."id", "s1"."name", "s1"."album_id", "s1"."genre_id", "s1"."medium_id", "s1"."seconds", "s1"."cents" FROM "tracks" AS "s1" WHERE NOT (EXISTS (SELECT "s2"."id" FROM "invoice_lines" AS "s2" WHERE "s2"."track_id" = "s1"."id" AND "s2"."quantity" > ?)) AND "s1"."seconds" < ? ORDER BY "s1"."id";

-- among others
SELECT "s1"."id" FROM "customers" AS "s1" WHERE "s1"."id" IN (SELECT "s2"."customer_id" FROM "invoices" AS "s2" WHERE "s2"."day" > ?) ORDER BY "s1"."id";

-- a value of another
SELECT "s1"."id", (SELECT count(*) FROM "albums" AS "s2" WHERE "s2"."artist_id" = "s1"."id") AS "albums" FROM "artists" AS "s1" WHERE (SELECT count(*) FROM "albums" AS "s3" WHERE "s3"."artist_id" = "s1"."id") > ? ORDER BY "s1"."id";

-- a window
SELECT "s1"."id", row_number() OVER (PARTITION BY "s1"."album_id" ORDER BY "s1"."seconds" DESC, "s1"."id") AS "place" FROM "tracks" AS "s1" ORDER BY "s1"."id";

