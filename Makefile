# The two commands: `make demo` and `make test`. See README.md.
PY := .venv/bin/python
WINDOWS_TESTS := tests/security tests/unit/db tests/unit/sync tests/unit/forms tests/unit/core tests/migrations \
    tests/gui/test_printing.py tests/functional/test_founding.py tests/functional/test_setting_up.py
# What Windows has not: lp, SIGHUP.
NOT_ON_WINDOWS := --ignore tests/unit/forms/test_spool.py --ignore tests/unit/core/test_stopping.py
export PYTHONPATH := $(CURDIR)
unexport PYTHONDONTWRITEBYTECODE # the tests start the program a hundred times

.PHONY: setup setup-tests demo test check windows-rules bench bench-check faults soak bundle audit docs forms format lock

setup:
	@./.ci/bootstrap demo

# What only the tests need (PostgreSQL), they install; the bundle does the same.
setup-tests:
	@./.ci/bootstrap test

demo: setup
	@$(PY) -m app.main demo

test: setup-tests
	@$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder --max-worker-restart 0

check: setup
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(PY) -m mypy --platform win32 -p app -p db -p forms
	@.venv/bin/lint-imports
	@$(PY) .ci/windows_wheels.py

bench: setup-tests
	@$(PY) -m tests.benchmarks

bench-check: setup-tests
	@$(PY) -m tests.benchmarks --check

# The rules of Windows, played over the file calls of what the counter stores, sends and prints.
windows-rules: setup-tests
	@$(PY) -m pytest -n 2 --dist loadfile --max-worker-restart 0 -p tests.support.windows_rules $(NOT_ON_WINDOWS) $(WINDOWS_TESTS)

bundle:
	@./.ci/bundle

# Known vulnerabilities of what is locked and compiled in, by the feed that this machine has.
audit: setup
	@$(PY) .ci/audit.py

docs: setup
	@$(PY) -m app.main interface-book > docs/interface-book.md
	@$(PY) -m app.main manual --day 2026-11-20 > docs/manual.md
	@$(PY) -m app.main manual --table --day 2026-11-20 > docs/permission-table.md
	@$(PY) -m app.main manual --cases --day 2026-11-20 > docs/cases.md

# Every form with its three examples on one sheet, to look at.
forms: setup
	@$(PY) -m tests.golden.pictures sheet

format: setup
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

# What `make test` tries in part and with a fixed seed, in full: kills at many more moments, random
# examples anew; hours on a slow machine.
soak: setup-tests
	@MADOGUCHI_SOAK=1 $(PY) -m pytest -n 2 -m soak -o timeout=7200

# The kills among them.
faults: setup-tests
	@MADOGUCHI_SOAK=1 $(PY) -m pytest -n 2 tests/faults -o timeout=7200

# Only for who changes pyproject.toml; uv is not needed for anything else (docs/bundle.md).
LOCK := uv pip compile -q --universal --generate-hashes --no-header pyproject.toml
lock:
	@$(LOCK) --extra peers --extra dev -o requirements.lock
	@$(LOCK) -c requirements.lock -o requirements-runtime.lock
	@$(LOCK) --extra bundle -c requirements.lock -o requirements-bundle.lock
	@$(PY) .ci/windows_wheels.py --fetch
