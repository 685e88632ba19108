"""The package against files of this repository, by pyarrow, Polars and DuckDB."""

from __future__ import annotations

import io
import json
import pickle
import re
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path

import b2bi_local_tables as x12
import polars
import pyarrow as pa
import pytest
from b2bi_local_tables import engines

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "fixtures/x12/guides"
DOCUMENTS = ROOT / "fixtures/x12/documents"
REMITTANCE = GUIDES / "remittance.edi"

sys.path.insert(0, str(ROOT / "scripts"))

import x12_files  # noqa: E402


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An 835 of several megabytes, so that there are several batches."""
    return x12_files.write(tmp_path_factory.mktemp("x12") / "large.edi", "835", 5)


def test_a_generated_specification_gives_rows() -> None:
    text = x12.specification("X12_835_X221", "VERSION_5010_HIPAA")
    assert text == x12.specification("835_X221", "5010")
    specification = text + "\n"
    tables = re.findall(r"^\[tables\.(\w+)\]$", text, re.MULTILINE)
    assert "clp_2100" in tables
    with pytest.raises(x12.TableError, match="clp_2100"):
        x12.table(REMITTANCE, specification)
    with pytest.raises(x12.TableError, match="no transaction set X12_999X"):
        x12.specification("X12_999X", "VERSION_4010")
    with pytest.raises(x12.TableError, match="there are 270, 271"):
        x12.specification("836")


def test_segments_give_back_the_file() -> None:
    for path in GUIDES.glob("*.edi"):
        rows = pa.table(x12.segments(path)).to_pylist()
        text = "".join(
            row["delimiters"][0].join([row["segment_id"], *row["elements"]]) + row["delimiters"][-1] for row in rows
        )
        segments = path.read_text().split(rows[0]["delimiters"][-1])
        assert text == rows[0]["delimiters"][-1].join(segment.lstrip() for segment in segments), path


@pytest.mark.parametrize("kind", ["path", "str", "bytes", "file", "list", "pattern", "folder", "generator"])
def test_each_source_has_the_same_rows(kind: str, tmp_path: Path) -> None:
    data = REMITTANCE.read_bytes()
    (tmp_path / "a.edi").write_bytes(data)
    source = {
        "path": REMITTANCE,
        "str": str(REMITTANCE),
        "bytes": data,
        "file": io.BytesIO(data),
        "list": [REMITTANCE],
        "pattern": f"{tmp_path}/**/*.edi",
        "folder": tmp_path,
        "generator": (path for path in [REMITTANCE]),
    }[kind]
    rows = pa.table(x12.segments(source)).drop(["file"])
    assert rows.num_rows == data.count(b"~")
    assert rows.to_pylist() == pa.table(x12.segments(data)).drop(["file"]).to_pylist()


def test_several_files_are_one_stream() -> None:
    rows = pa.table(x12.segments([REMITTANCE, REMITTANCE.read_bytes(), REMITTANCE]))
    assert rows.num_rows == 3 * REMITTANCE.read_bytes().count(b"~")


def test_totals_are_the_same_everywhere(large: Path) -> None:
    segments = polars.DataFrame(x12.segments(large))
    claims = polars.DataFrame(x12.table(large, "835.claims"))
    clp = segments.filter(polars.col("segment_id").cast(polars.String) == "CLP")
    wanted = clp["elements"].list.get(3).cast(polars.Decimal(18, 2)).sum()
    assert claims["paid_amount"].sum() == wanted
    rows = engines.duckdb_relation(large, "835.claims")
    assert rows.aggregate("sum(paid_amount), count(*)").fetchall() == [(wanted, len(claims))]
    lazy = engines.scan_polars(large, "835.claims")
    assert lazy.select(polars.col("paid_amount").sum()).collect().item() == wanted
    assert len(lazy.head(10).collect()) == 10


@pytest.mark.parametrize("parts", [1, 2, 7])
def test_ranges_have_the_rows_of_the_whole(large: Path, parts: int) -> None:
    ranges = x12.ranges(large, large.stat().st_size // parts)
    assert len(ranges) in (parts, parts + 1)
    ranges = pickle.loads(pickle.dumps(ranges))
    for name in ["segments", "835.services"]:
        whole = pa.table(x12.table(large, name))
        found = pa.concat_tables(pa.table(x12.table(part, name)) for part in ranges)
        assert found.to_pylist() == whole.to_pylist(), name
    with pytest.raises(x12.TableError, match="whole file"):
        list(x12.problems(ranges))


def test_types_are_those_of_the_specification() -> None:
    schema = pa.schema(x12.table(REMITTANCE, "835.payments"))
    assert schema.field("payment_amount").type == pa.decimal128(18, 2)
    assert schema.field("payment_date").type == pa.date32()
    assert schema.field("payment_method").type == pa.dictionary(pa.int32(), pa.string())
    row = pa.table(x12.table(REMITTANCE, "835.payments")).to_pylist()[0]
    assert isinstance(row["payment_amount"], Decimal)


SPECIFICATION = """
sets = ["835"]
[tables.claims]
row = "CLP"
[tables.claims.columns]
claim = "CLP-01"
paid = "CLP-04 integer"
"""


def test_a_value_that_does_not_fit_is_null_and_a_problem(tmp_path: Path) -> None:
    damaged = REMITTANCE.read_text().replace("CLP*", "CLP*A*1*x*1.5*", 1)
    rows = x12.table(damaged.encode(), SPECIFICATION)
    table = pa.table(rows).to_pylist()
    assert table[0]["claim"] == "A"
    assert table[0]["paid"] is None
    assert [problem["kind"] for problem in rows.problems].count("value-not-of-type") == 1
    (tmp_path / "own.toml").write_text(SPECIFICATION)
    for own in (tmp_path / "own.toml", f"{tmp_path}/own.toml#claims"):
        found = pa.table(x12.problems(damaged.encode(), own)).to_pylist()
        assert "value-not-of-type" in {row["kind"] for row in found}
    with pytest.raises(x12.TableError, match=r"CLP-04"):
        list(x12.table(damaged.encode(), SPECIFICATION, errors="raise"))


def test_problems_do_not_hide_the_rest() -> None:
    for path in DOCUMENTS.glob("*.edi"):
        found = pa.table(x12.segments([path, REMITTANCE]))
        assert found.num_rows >= REMITTANCE.read_bytes().count(b"~"), path
        if path.with_suffix(".problems").exists():
            assert pa.table(x12.problems(path)).num_rows > 0, path


def test_documents_are_those_of_the_service(large: Path) -> None:
    found = pa.table(x12.documents(REMITTANCE)).to_pylist()
    document = json.loads(found[0]["document"])
    assert document["interchanges"][0]["functional_groups"][0]["transactions"]
    assert found[0]["transaction_set"] == "835"


@pytest.mark.parametrize(
    ("call", "part"),
    [
        (lambda: x12.table(b"", "835.nothing"), "there is no table"),
        (lambda: x12.table(b"", "nowhere.toml"), "cannot be read"),
        (lambda: x12.table(b"", 'sets = ["835"]\n[tables.a]\nrow = 1\n'), "line 2|line 3"),
        (lambda: x12.segments(b"", errors="ignore"), "errors is"),
        (lambda: list(x12.segments("nowhere.edi")), "cannot be read"),
        (lambda: list(x12.segments("nowhere*.edi")), "has no X12 file"),
        (lambda: list(x12.segments(b"{}", errors="raise")), "begins with"),
        (lambda: list(x12.segments(io.StringIO("ISA"))), "gives no bytes"),
        (lambda: x12.specification("836"), "there is no specification"),
    ],
)
def test_errors_are_of_one_class(call, part: str) -> None:
    with pytest.raises(x12.TableError, match=part):
        call()


def test_rows_are_read_once() -> None:
    rows = x12.segments(REMITTANCE)
    pa.table(rows)
    with pytest.raises(RuntimeError, match="read already"):
        pa.table(rows)


def test_other_threads_run_meanwhile(large: Path) -> None:
    ticks = 0
    stop = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not stop.is_set():
            ticks += 1

    thread = threading.Thread(target=tick)
    thread.start()
    # One call parses a whole batch: nothing could count if it kept Python's lock.
    rows = iter(x12.segments(large))
    before = ticks
    next(rows)
    counted = ticks - before
    stop.set()
    thread.join()
    assert counted > 0


def test_memory_stays_flat(tmp_path: Path) -> None:
    small = x12_files.write(tmp_path / "small.edi", "835", 8)
    script = (
        "import resource, sys, b2bi_local_tables as x12\n"
        "n = sum(batch.num_rows for batch in x12.segments([sys.argv[1]] * int(sys.argv[2])))\n"
        "print(n, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    found = [
        subprocess.run([sys.executable, "-c", script, small, str(times)], capture_output=True, text=True, check=True)
        for times in (1, 8)
    ]
    (rows, one), (more, eight) = (map(int, run.stdout.split()) for run in found)
    assert more == 8 * rows
    assert eight < one + 64 * 1024


def test_a_python_engine_can_use_every_table() -> None:
    for name in x12.table_names():
        relation = engines.duckdb_relation([GUIDES, DOCUMENTS], name)
        [(found,)] = relation.aggregate("count(*)").fetchall()
        assert isinstance(found, int), name
