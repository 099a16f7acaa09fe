# The first two are what ./wenming does, for fingers that type make; the others are for developers.
# Nothing here needs a set-up of its own: each target goes through ./wenming.

.PHONY: demo test check coverage bench bench-peers fuzz torture screenshots lock fresh-machine

demo:
	./wenming demo

test:
	./wenming test

check:
	./wenming check

coverage:
	./wenming develop coverage erase
	./wenming develop coverage run -m pytest --numprocesses auto --dist loadfile
	./wenming develop coverage combine --quiet
	./wenming develop coverage report --fail-under=90

bench:
	./wenming develop tests.bench

bench-peers:
	./wenming develop tests.bench.peers

fuzz:
	./wenming develop tests.fuzz

torture:
	./wenming develop tests.torture

# Both lock files from pyproject.toml, for every platform, with hashes and without addresses. Versions stay as they are
# where they may; `make lock UPGRADE=--upgrade` takes the newest. uv lives in an environment made for this, then thrown away.
COMPILE = .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links $(UPGRADE) pyproject.toml

screenshots:
	./wenming develop tests.browser.take_screenshots

lock:
	./wenming develop venv --clear .venv-lock
	.venv-lock/bin/python -m pip install --quiet uv
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --output-file requirements-dev.lock --extra dev --constraint requirements.lock
	rm -rf .venv-lock

fresh-machine:
	tests/fresh_machine.sh
