"""What several tests of finding share."""

import pytest

from assistant.finding.encoders import open_encoder
from assistant.settings import Settings


@pytest.fixture(scope="session")
def prepared(weights, tmp_path_factory):
    """A data folder in which the bundled encoder has been made."""
    folder = tmp_path_factory.mktemp("encoder-data")
    open_encoder(Settings(data_dir=folder))
    return folder


@pytest.fixture(scope="session")
def encoder(prepared):
    """The bundled encoder."""
    return open_encoder(Settings(data_dir=prepared))
