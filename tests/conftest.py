"""What tests of several rooms share: storage that fails when told to, the bundled weights, an embeddings server."""

import chromadb
import pytest
import sqlalchemy

from assistant.errors import AssistantError, EncoderError
from assistant.finding import bundled
from bench import vectors


@pytest.fixture(scope="session")
def embeddings_url():
    """The address of an embeddings server that gives made-up vectors."""
    with vectors.running() as url:
        yield url


@pytest.fixture(scope="session")
def weights():
    """The file of the bundled encoder's weights; skips what needs it where the package that carries it is not installed."""
    try:
        return bundled.weights_file()
    except EncoderError as error:
        pytest.skip(f"{error} {error.hint}")


class Faults:
    """Counts the storage calls, SQL statements and calls of Chroma alike, and makes the n-th one fail."""

    def __init__(self, monkeypatch):
        self.left = 0
        for name in ("upsert", "delete", "get", "query", "count"):
            monkeypatch.setattr(chromadb.Collection, name, self.counted(getattr(chromadb.Collection, name)))
        sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", self.statement)
        sqlalchemy.event.listen(sqlalchemy.Engine, "commit", self.statement)

    def close(self):
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", self.statement)
        sqlalchemy.event.remove(sqlalchemy.Engine, "commit", self.statement)

    def counted(self, call):
        def counting(*arguments, **options):
            if self.due():
                raise chromadb.errors.InternalError("made to fail")
            return call(*arguments, **options)

        return counting

    def statement(self, *_):
        if self.due():
            raise sqlalchemy.exc.OperationalError("made to fail", {}, Exception("made to fail"))

    def due(self):
        self.left -= 1
        return self.left == 0

    def each(self, prepare, run, check, step=1, most=300):
        """Prepare, run with the n-th call failing, and check; for n = 1, 1 + step ... until none is left to fail."""
        for n in range(1, most, step):
            prepare()
            self.left = n
            try:
                result = run()
            except AssistantError as error:
                result = type(error)
            reached, self.left = self.left <= 0, 0
            check(result)
            if not reached:
                return n
        raise AssertionError("it never came to an end")


@pytest.fixture
def faults(monkeypatch):
    """Storage calls that fail: see `Faults.each`."""
    made = Faults(monkeypatch)
    yield made
    made.left = 0
    made.close()
