-- The database that `csindex export sqlite` writes. Comments inside a statement stay in the file: see `.schema`. Keys are
-- in the order of the published rows, which then come in one after the other.
CREATE TABLE release (
    key TEXT PRIMARY KEY, -- id, name, version, description, licence, first_year, last_year, latest_year, index_code
    value TEXT
) WITHOUT ROWID;
CREATE TABLE country (
    iso3 TEXT PRIMARY KEY, -- ISO 3166-1 alpha-3
    name TEXT NOT NULL     -- in English
) WITHOUT ROWID;
CREATE TABLE node (
    code TEXT PRIMARY KEY,
    position INTEGER NOT NULL, -- in the order of codebook.csv
    type TEXT NOT NULL,        -- Indicator, Aggregate or Denominator
    level INTEGER,             -- 1 is an indicator, the index has the highest
    name TEXT,
    parent TEXT REFERENCES node (code),
    direction INTEGER,         -- 1: more is better, -1: less is better
    weight REAL,               -- nominal, before rescaling within the parent
    unit TEXT
) WITHOUT ROWID;
CREATE TABLE codebook (        -- every other field of codebook.csv that is not blank
    code TEXT NOT NULL REFERENCES node (code),
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (code, field)
) WITHOUT ROWID;
CREATE TABLE score (
    year INTEGER NOT NULL,
    code TEXT NOT NULL REFERENCES node (code),
    iso3 TEXT NOT NULL REFERENCES country (iso3),
    score REAL,         -- NULL: missing, which is not the same as low
    rank INTEGER,       -- 1 is best, ties share the smaller rank
    n_ranked INTEGER,
    coverage REAL,      -- share of the indicators' weight below that is present
    imputed_share REAL, -- share of the present weight that is imputed
    score_q05 REAL,     -- quantiles over the ensemble; NULL where none was run
    score_q50 REAL,
    score_q95 REAL,
    rank_q05 REAL,
    rank_q50 REAL,
    rank_q95 REAL,
    status TEXT NOT NULL CHECK (status IN ('missing', 'provisional', 'final')),
    PRIMARY KEY (code, year, iso3)
) WITHOUT ROWID;
CREATE TABLE contribution (
    year INTEGER NOT NULL,
    code TEXT NOT NULL REFERENCES node (code),
    iso3 TEXT NOT NULL REFERENCES country (iso3),
    parent TEXT NOT NULL REFERENCES node (code),
    normalised REAL NOT NULL, -- value of the indicator on the index's scale, or score of the part
    weight REAL,              -- among the children that are present; they sum to 1
    contribution REAL,        -- points of the parent's score; those of one parent add up to it
    PRIMARY KEY (code, iso3, year)
) WITHOUT ROWID;
CREATE TABLE observation ( -- every value in use; what is missing has no row
    year INTEGER NOT NULL,
    code TEXT NOT NULL REFERENCES node (code),
    iso3 TEXT NOT NULL REFERENCES country (iso3),
    state TEXT NOT NULL, -- observed, carried, interpolated or modelled
    marks TEXT,          -- treated, clipped
    raw REAL,            -- as in the file
    standard_error REAL,
    standard_error_below REAL, -- where it differs below the value
    imputed REAL,        -- the value in use where it is not the raw one
    treated REAL,        -- what is normalised where a step changed it
    file TEXT,           -- where the raw value stands
    line INTEGER,
    PRIMARY KEY (iso3, year, code)
) WITHOUT ROWID;
CREATE TABLE cause ( -- why the index of a country changed, from year to year and from the first to the last
    year_from INTEGER NOT NULL,
    year_to INTEGER NOT NULL,
    code TEXT NOT NULL REFERENCES node (code), -- what changed
    iso3 TEXT NOT NULL REFERENCES country (iso3),
    cause TEXT NOT NULL, -- value, imputed, break, coverage, weight or others
    before REAL,
    after REAL,
    effect REAL          -- points of the index; those of one country and pair of years add up to its change
);
CREATE TABLE example ( -- queries to start from
    title TEXT PRIMARY KEY,
    query TEXT NOT NULL
) WITHOUT ROWID;

CREATE VIEW index_score AS -- the index itself, all years
    SELECT s.year, s.iso3, c.name AS country, s.score, s.rank, s.n_ranked, s.rank_q05, s.rank_q95, s.coverage,
           s.imputed_share, s.status
    FROM score s JOIN country c USING (iso3)
    WHERE s.code = (SELECT value FROM release WHERE key = 'index_code');
CREATE VIEW ranking AS -- the latest year, best first
    SELECT rank, iso3, country, score, rank_q05, rank_q95, coverage, imputed_share, status FROM index_score
    WHERE year = (SELECT CAST(value AS INTEGER) FROM release WHERE key = 'latest_year') AND rank IS NOT NULL
    ORDER BY rank, iso3;
CREATE VIEW profile AS -- every part of the index, with its name
    SELECT s.year, s.iso3, c.name AS country, s.code, n.name, n.level, n.parent, s.score, s.rank, s.coverage
    FROM score s JOIN country c USING (iso3) JOIN node n USING (code);
CREATE VIEW change AS -- the index from one year to the next
    SELECT b.year, b.iso3, b.country, b.score - a.score AS points, a.rank - b.rank AS places
    FROM index_score b JOIN index_score a ON a.iso3 = b.iso3 AND a.year = b.year - 1;
CREATE INDEX cause_by_country ON cause (iso3, year_to);
CREATE VIEW imputed AS -- what is not an observation, although a value is in use
    SELECT o.year, o.iso3, o.code, n.name, o.state, o.imputed FROM observation o JOIN node n USING (code)
    WHERE o.state <> 'observed';

INSERT INTO example VALUES ('1. The ten best of the latest year',
    'SELECT rank, country, round(score, 1) AS score FROM ranking LIMIT 10');
INSERT INTO example VALUES ('2. One country over the years',
    'SELECT year, round(score, 1) AS score, rank, status FROM index_score WHERE iso3 = ''FRA'' ORDER BY year');
INSERT INTO example VALUES ('3. What a country is strong and weak in',
    'SELECT name, round(score, 1) AS score, rank FROM profile WHERE iso3 = ''EST'' AND level > 1
     AND year = (SELECT max(year) FROM index_score WHERE score IS NOT NULL) ORDER BY level DESC, score DESC');
INSERT INTO example VALUES ('4. Who moved most in the latest year',
    'SELECT country, round(points, 2) AS points, places FROM change WHERE points IS NOT NULL
     AND year = (SELECT max(year) FROM index_score WHERE score IS NOT NULL) ORDER BY abs(points) DESC, iso3 LIMIT 10');
INSERT INTO example VALUES ('5. Where the numbers behind one score come from',
    'SELECT o.code, o.state, o.raw, k.contribution, o.file, o.line FROM observation o
     LEFT JOIN contribution k USING (year, code, iso3)
     WHERE o.iso3 = ''BRA'' AND o.year = (SELECT max(year) FROM index_score WHERE score IS NOT NULL) ORDER BY o.code');
