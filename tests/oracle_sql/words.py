"""The words of Oracle's SQL: which are reserved, and the functions, types and keywords that we use.

White lists are short on purpose: a word that is not in them has not been thought about. Whoever needs one
more looks it up in Oracle's reference and adds it.
"""


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


RESERVED = words(
    # V$RESERVED_WORDS of Oracle 23ai with RESERVED = 'Y' or RES_ATTR = 'Y' (no column may be named so).
    # SQLAlchemy's dialect does not quote all of them.
    "ACCESS ADD ALL ALTER AND ANY ARRAYLEN AS ASC AUDIT BETWEEN BY CHAR CHECK CLUSTER COLUMN "
    "COMMENT COMPRESS CONNECT CREATE CURRENT DATE DECIMAL DEFAULT DELETE DESC DISTINCT DROP ELSE "
    "EXCLUSIVE EXISTS FILE FLOAT FOR FROM GRANT GROUP HAVING IDENTIFIED IMMEDIATE IN INCREMENT "
    "INDEX INITIAL INSERT INTEGER INTERSECT INTO IS LEVEL LIKE LOCK LONG MAXEXTENTS MINUS "
    "MLSLABEL MODE MODIFY NOAUDIT NOCOMPRESS NOT NOTFOUND NOWAIT NULL NUMBER OF OFFLINE ON ONLINE "
    "OPTION OR ORDER PCTFREE PRIOR PRIVILEGES PUBLIC RAW RENAME RESOURCE REVOKE ROW ROWID "
    "ROWLABEL ROWNUM ROWS SELECT SESSION SET SHARE SIZE SMALLINT SQLBUF START SUCCESSFUL SYNONYM "
    "SYSDATE TABLE THEN TO TRIGGER UID UNION UNIQUE UPDATE USER VALIDATE VALUES VARCHAR VARCHAR2 "
    "VIEW WHENEVER WHERE WITH"
)

VERBS = words(
    "SELECT WITH INSERT UPDATE DELETE MERGE CREATE ALTER DROP COMMENT GRANT REVOKE TRUNCATE LOCK "
    "SAVEPOINT ROLLBACK COMMIT SET BEGIN DECLARE CALL"
)
"""What a statement may begin with."""

KEYWORDS = words(
    # Reserved words that queries and DML may hold as what they are.
    "ALL AND ANY AS ASC BETWEEN BY DELETE DESC DISTINCT ELSE EXISTS FOR FROM GROUP HAVING IN "
    "INSERT INTERSECT INTO IS LIKE MINUS NOT NOWAIT NULL OF ON OR ORDER ROWNUM SELECT SET SYSDATE "
    "THEN UNION UPDATE VALUES WHERE WITH PRIOR DEFAULT"
)

ROLES = words("ROWS ROW DATE CURRENT INTEGER NUMBER CHAR VARCHAR2 RAW FLOAT SMALLINT DECIMAL")
"""Reserved words that some place of a query asks for: `names` looks at the place."""

NILADIC = words("SYSTIMESTAMP SYSDATE CURRENT_DATE SESSIONTIMEZONE DBTIMEZONE UID USER ROWNUM")
"""Functions that are written without parentheses."""

PSEUDO_COLUMNS = words("ROWNUM ROWID LEVEL SYSDATE SYSTIMESTAMP TRUE FALSE ORA_ROWSCN")
"""What looks like a column and is of no table."""

AGGREGATES = words("AVG COUNT MAX MIN SUM STDDEV VARIANCE MEDIAN LISTAGG JSON_ARRAYAGG JSON_OBJECTAGG")

ARGUMENTS: dict[str, tuple[int, int]] = {
    # Functions in use, with the fewest and the most arguments they take.
    "ABS": (1, 1),
    "ADD_MONTHS": (2, 2),
    "AVG": (1, 1),
    "CAST": (1, 1),
    "CEIL": (1, 1),
    "COALESCE": (2, 99),
    "CONCAT": (2, 99),
    "COUNT": (1, 1),
    "CURRENT_TIMESTAMP": (1, 1),
    "DECODE": (3, 255),
    "DENSE_RANK": (0, 0),
    "EXTRACT": (1, 1),
    "FIRST_VALUE": (1, 1),
    "FLOOR": (1, 1),
    "FROM_TZ": (2, 2),
    "GREATEST": (1, 99),
    "HEXTORAW": (1, 1),
    "INSTR": (2, 4),
    "JSON_ARRAYAGG": (1, 1),
    "JSON_EXISTS": (2, 2),
    "JSON_OBJECT": (0, 99),
    "JSON_OBJECTAGG": (1, 2),
    "JSON_QUERY": (2, 2),
    "JSON_SERIALIZE": (1, 1),
    "JSON_VALUE": (2, 2),
    "LAG": (1, 3),
    "LAST_VALUE": (1, 1),
    "LEAD": (1, 3),
    "LEAST": (1, 99),
    "LENGTH": (1, 1),
    "LENGTHB": (1, 1),
    "LISTAGG": (1, 2),
    "LOCALTIMESTAMP": (1, 1),
    "LOWER": (1, 1),
    "LPAD": (2, 3),
    "LTRIM": (1, 2),
    "MAX": (1, 1),
    "MEDIAN": (1, 1),
    "MIN": (1, 1),
    "MOD": (2, 2),
    "NTILE": (1, 1),
    "NULLIF": (2, 2),
    "NUMTODSINTERVAL": (2, 2),
    "NUMTOYMINTERVAL": (2, 2),
    "NVL": (2, 2),
    "NVL2": (3, 3),
    "POWER": (2, 2),
    "RANK": (0, 0),
    "RAWTOHEX": (1, 1),
    "REPLACE": (2, 3),
    "ROUND": (1, 2),
    "ROW_NUMBER": (0, 0),
    "RPAD": (2, 3),
    "RTRIM": (1, 2),
    "SIGN": (1, 1),
    "SQRT": (1, 1),
    "STANDARD_HASH": (1, 2),
    "STDDEV": (1, 1),
    "SUBSTR": (2, 3),
    "SUM": (1, 1),
    "SYS_CONTEXT": (2, 3),
    "SYS_EXTRACT_UTC": (1, 1),
    "SYS_GUID": (0, 0),
    "TO_CHAR": (1, 3),
    "TO_DATE": (1, 3),
    "TO_NUMBER": (1, 3),
    "TO_TIMESTAMP": (1, 3),
    "TRIM": (1, 1),
    "TRUNC": (1, 2),
    "UPPER": (1, 1),
    "VARIANCE": (1, 1),
}

BEFORE_PARENTHESIS = words(
    # What stands before a parenthesis and is no function, beside the reserved words.
    "IN EXISTS ANY ALL SOME AND OR NOT ON USING KEY REFERENCES UNIQUE CHECK OVER PARTITION GROUP "
    "BY THEN WHEN ELSE CASE INTO VALUES SELECT FROM WHERE HAVING UNION MINUS INTERSECT EXCEPT AS "
    "WITHIN OFFSET FETCH RETURNING SET LIKE BETWEEN DISTINCT JOIN LATERAL ROLLUP CUBE SETS WITH "
    "MATERIALIZED ORDER IS COLUMNS TABLE INTERVAL SECOND TIMESTAMP VARCHAR2 NVARCHAR2 NUMBER RAW "
    "CHAR FLOAT DECIMAL NUMERIC KEEP OF DEFAULT PRIOR ADD FIRST NEXT INSERT UPDATE"
)

TYPES: dict[str, tuple[int | None, int | None]] = {
    # Types of columns and casts; the largest size, and the largest one that needs no EXTENDED strings.
    "BINARY_DOUBLE": (None, None),
    "BINARY_FLOAT": (None, None),
    "BLOB": (None, None),
    "BOOLEAN": (None, None),
    "CHAR": (2000, 2000),
    "CLOB": (None, None),
    "DATE": (None, None),
    "FLOAT": (126, 126),
    "INTEGER": (None, None),
    "INTERVAL": (None, None),
    "JSON": (None, None),
    "NUMBER": (38, 38),
    "NUMERIC": (38, 38),
    "NVARCHAR2": (32767, 2000),
    "RAW": (32767, 2000),
    "SMALLINT": (None, None),
    "TIMESTAMP": (9, 9),
    "VARCHAR2": (32767, 4000),
}

SIZED = frozenset({"VARCHAR2", "NVARCHAR2", "RAW"})
"""Types that must be given a size (ORA-00906)."""

FOREIGN_TYPES = words(
    "TEXT BIGINT TINYINT MEDIUMINT DATETIME TIMESTAMPTZ SERIAL BIGSERIAL BYTEA VARBINARY DOUBLE "
    "UUID JSONB STRING BOOL BIT MONEY INET INTEGER_TEXT"
)
